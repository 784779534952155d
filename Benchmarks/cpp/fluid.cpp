// SimGrid's fluid network on a problem that `bench problem` wrote.
// usage: fluid PROBLEM OUTPUT [SimGrid options]
// prints the CPU seconds of the simulation; OUTPUT gets the makespan, then each rank's finish time.
#include <simgrid/s4u.hpp>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace sg4 = simgrid::s4u;

struct Flow {
  int source, destination;
  double start, bytes;
};

static double cpu() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec * 1e-9;
}

int main(int argc, char** argv) {
  // What ENGINEERING 3.1 lists: plain max-min sharing, no corrections for TCP.
  std::vector<std::string> options = {
      "--cfg=network/model:CM02", "--cfg=network/TCP-gamma:0", "--cfg=network/bandwidth-factor:1",
      "--cfg=network/latency-factor:1", "--cfg=network/weight-S:0",
      "--cfg=network/crosstraffic:0", "--log=root.thresh:error"};
  for (int i = 3; i < argc; i++) options.emplace_back(argv[i]);
  std::vector<char*> arguments = {argv[0]};
  for (auto& option : options) arguments.push_back(option.data());
  int count = int(arguments.size());
  arguments.push_back(nullptr);
  sg4::Engine engine(&count, arguments.data());

  std::ifstream in(argv[1]);
  int ranks, linkCount, flowCount;
  in >> ranks >> linkCount >> flowCount;
  auto* zone = sg4::create_full_zone("world");
  std::vector<sg4::Link*> links;
  for (int i = 0; i < linkCount; i++) {
    double capacity;
    in >> capacity;
    links.push_back(zone->create_link("l" + std::to_string(i), capacity)->set_latency(0)->seal());
  }
  std::vector<sg4::Host*> hosts;
  for (int i = 0; i < ranks; i++)
    hosts.push_back(zone->create_host("h" + std::to_string(i), 1e9)->seal());
  std::vector<Flow> flows(flowCount);
  for (auto& flow : flows) {
    int length;
    in >> flow.source >> flow.destination >> flow.start >> flow.bytes >> length;
    std::vector<sg4::LinkInRoute> route;
    for (int i = 0; i < length; i++) {
      int link;
      in >> link;
      route.emplace_back(links[link]);
    }
    zone->add_route(hosts[flow.source]->get_netpoint(), hosts[flow.destination]->get_netpoint(),
                    nullptr, nullptr, route, false);
  }
  zone->seal();
  std::stable_sort(flows.begin(), flows.end(),
                   [](const Flow& a, const Flow& b) { return a.start < b.start; });

  std::vector<double> finish(ranks, 0.0);
  double makespan = 0;
  sg4::Actor::create("all", hosts[0], [&] {
    std::vector<sg4::CommPtr> comms;
    for (auto& flow : flows) {
      if (flow.start > sg4::Engine::get_clock()) sg4::this_actor::sleep_until(flow.start);
      comms.push_back(sg4::Comm::sendto_async(
          hosts[flow.source], hosts[flow.destination], uint64_t(flow.bytes)));
    }
    for (size_t i = 0; i < comms.size(); i++) {
      comms[i]->wait();
      const double end = comms[i]->get_finish_time();
      finish[flows[i].destination] = std::max(finish[flows[i].destination], end);
      makespan = std::max(makespan, end);
    }
  });
  const double start = cpu();
  engine.run();
  printf("%.6g\n", cpu() - start);
  std::ofstream out(argv[2]);
  out.precision(17);
  out << makespan << "\n";
  for (double end : finish) out << end << "\n";
}
