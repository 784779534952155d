// OpenBLAS behind three calls, found when the program runs.
//
// Why this exists: only `shunt execute` and `shunt calibrate measure` multiply matrices. Opened at
// run time, the library may be absent from a machine that only simulates, its absence is a sentence
// instead of a loader error, and its threads are switched off before it starts any. GSL's own BLAS
// never meets it, because its symbols stay local.
#ifndef SHUNT_OPENBLAS_H
#define SHUNT_OPENBLAS_H

// Opens the library with one thread. Returns 0, or 1 when it cannot be found, 2 when it lacks a
// function, 3 when it keeps more than one thread; `message` then says which. Call it once.
int shunt_openblas_open(char *message, int capacity);

// The library's description of itself; empty before it is open.
const char *shunt_openblas_configuration(void);

// C = alpha · op(A) · op(B) + beta · C, all row by row; op transposes where the flag is not 0.
void shunt_sgemm(int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float *a,
                 int lda, const float *b, int ldb, float beta, float *c, int ldc);

#endif
