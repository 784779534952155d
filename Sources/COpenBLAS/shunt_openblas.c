#include "shunt_openblas.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

// The values of CBLAS_ORDER and CBLAS_TRANSPOSE that the CBLAS interface fixes.
enum { ROW_MAJOR = 101, PLAIN = 111, TRANSPOSED = 112 };

typedef void (*sgemm_function)(int, int, int, int, int, int, float, const float *, int,
                               const float *, int, float, float *, int);

static sgemm_function sgemm;
static char *(*configuration)(void);

int shunt_openblas_open(char *message, int capacity) {
  // The library reads it while it is loaded; afterwards its threads are already there.
  setenv("OPENBLAS_NUM_THREADS", "1", 1);
  const char *names[] = {"libopenblas.so.0", "libopenblas.so", "libopenblas.dylib"};
  void *library = NULL;
  for (int i = 0; i < 3 && !library; i++) {
    library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    // What is usual on this system comes first, so its message is the one that helps.
    if (!library && i == 0) snprintf(message, capacity, "%s", dlerror());
  }
  if (!library) return 1;
  sgemm = (sgemm_function)dlsym(library, "cblas_sgemm");
  configuration = (char *(*)(void))dlsym(library, "openblas_get_config");
  void (*set_threads)(int) = (void (*)(int))dlsym(library, "openblas_set_num_threads");
  int (*threads)(void) = (int (*)(void))dlsym(library, "openblas_get_num_threads");
  if (!sgemm || !configuration || !set_threads || !threads) {
    snprintf(message, capacity, "the library lacks cblas_sgemm or openblas_set_num_threads");
    return 2;
  }
  set_threads(1);
  if (threads() != 1) {
    snprintf(message, capacity, "the library keeps %d threads", threads());
    return 3;
  }
  return 0;
}

const char *shunt_openblas_configuration(void) { return configuration ? configuration() : ""; }

void shunt_sgemm(int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float *a,
                 int lda, const float *b, int ldb, float beta, float *c, int ldc) {
  sgemm(ROW_MAJOR, transpose_a ? TRANSPOSED : PLAIN, transpose_b ? TRANSPOSED : PLAIN, m, n, k,
        alpha, a, lda, b, ldb, beta, c, ldc);
}
