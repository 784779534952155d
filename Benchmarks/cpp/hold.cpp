// The hold model on std::priority_queue: take the earliest event, schedule one later.
// usage: hold PENDING EVENTS; prints events per CPU second and the last instant.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <queue>
#include <vector>

struct Event {
  int64_t time;
  uint64_t sequence;
  int32_t kind;
  int32_t target;
};
struct Later {
  bool operator()(const Event& a, const Event& b) const {
    return a.time != b.time ? a.time > b.time : a.sequence > b.sequence;
  }
};

static uint64_t state = 88172645463325252ULL;
static uint64_t draw() {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}
static double cpu() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec * 1e-9;
}

int main(int argc, char** argv) {
  const int pending = atoi(argv[1]);
  const long events = atol(argv[2]);
  // Increments are drawn before the clock starts, so that only the queue is measured.
  std::vector<int64_t> increments(1 << 16);
  for (auto& step : increments)
    step = int64_t(-std::log((double(draw() >> 11) + 1) * 0x1p-53) * 1e9);
  std::priority_queue<Event, std::vector<Event>, Later> queue;
  uint64_t sequence = 0;
  for (int i = 0; i < pending; i++)
    queue.push({increments[i & 65535] + i % 977, sequence++, 0, i});
  int64_t last = 0;
  uint64_t check = 0;
  double best = 1e30;
  for (int pass = 0; pass < 5; pass++) {
    const double start = cpu();
    for (long i = 0; i < events; i++) {
      const Event event = queue.top();
      queue.pop();
      last = event.time;
      check = check * 31 + event.target;
      queue.push({event.time + increments[(i * 7 + event.target) & 65535], sequence++, 0, event.target});
    }
    best = std::min(best, cpu() - start);
  }
  printf("%.6g %lld %llu\n", events / best, (long long)last, (unsigned long long)check);
}
