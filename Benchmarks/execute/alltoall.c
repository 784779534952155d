// A bare MPI_Alltoallv of equal messages, for comparison with shunt's transport: prints the median
// seconds of a call over repetitions. usage: mpirun -n R alltoall FLOATS_PER_MESSAGE
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  int rank, size, count = argc > 1 ? atoi(argv[1]) : 1 << 18;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  float *sent = calloc((size_t)size * count, 4), *received = calloc((size_t)size * count, 4);
  int *counts = malloc(size * sizeof(int)), *offsets = malloc(size * sizeof(int));
  for (int i = 0; i < size; i++) counts[i] = count, offsets[i] = i * count;
  double seconds[41];
  for (int turn = 0; turn < 41; turn++) {
    MPI_Barrier(MPI_COMM_WORLD);
    double start = MPI_Wtime();
    MPI_Alltoallv(sent, counts, offsets, MPI_FLOAT, received, counts, offsets, MPI_FLOAT,
                  MPI_COMM_WORLD);
    seconds[turn] = MPI_Wtime() - start;
  }
  qsort(seconds, 41, sizeof(double), by_value);
  if (rank == 0) printf("%.3e s\n", seconds[20]);
  MPI_Finalize();
  return 0;
}
