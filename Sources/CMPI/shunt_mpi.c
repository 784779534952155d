#include "shunt_mpi.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

typedef void *handle;

// What the program needs of the library; filled by shunt_mpi_open.
static struct {
  int (*Init)(int *, char ***);
  int (*Finalize)(void);
  int (*Abort)(handle, int);
  int (*Comm_rank)(handle, int *);
  int (*Comm_size)(handle, int *);
  int (*Comm_split)(handle, int, int, handle *);
  int (*Comm_set_errhandler)(handle, handle);
  int (*Barrier)(handle);
  int (*Alltoallv)(const void *, const int *, const int *, handle, void *, const int *, const int *,
                   handle, handle);
  int (*Allreduce)(const void *, void *, int, handle, handle, handle);
  int (*Isend)(const void *, int, handle, int, int, handle, handle *);
  int (*Irecv)(void *, int, handle, int, int, handle, handle *);
  int (*Waitall)(int, handle *, void *);
  handle world, floats, doubles, sum, max, errors_return;
} mpi;

static handle group, peers;
static int is_started;

// MPI_IN_PLACE and MPI_STATUSES_IGNORE as Open MPI defines them.
#define IN_PLACE ((void *)1)
#define NO_STATUS ((void *)0)

int shunt_mpi_open(char *message, int capacity) {
  // Global, because Open MPI's own plug-ins look for its symbols there.
  const char *names[] = {"libmpi.so.40", "libmpi.so", "libmpi.dylib"};
  void *library = NULL;
  for (int i = 0; i < 3 && !library; i++) {
    library = dlopen(names[i], RTLD_NOW | RTLD_GLOBAL);
    // What is usual on this system comes first, so its message is the one that helps.
    if (!library && i == 0) snprintf(message, capacity, "%s", dlerror());
  }
  if (!library) return 1;
  struct {
    const char *name;
    void **place;
  } needed[] = {
      {"MPI_Init", (void **)&mpi.Init},
      {"MPI_Finalize", (void **)&mpi.Finalize},
      {"MPI_Abort", (void **)&mpi.Abort},
      {"MPI_Comm_rank", (void **)&mpi.Comm_rank},
      {"MPI_Comm_size", (void **)&mpi.Comm_size},
      {"MPI_Comm_split", (void **)&mpi.Comm_split},
      {"MPI_Comm_set_errhandler", (void **)&mpi.Comm_set_errhandler},
      {"MPI_Barrier", (void **)&mpi.Barrier},
      {"MPI_Alltoallv", (void **)&mpi.Alltoallv},
      {"MPI_Allreduce", (void **)&mpi.Allreduce},
      {"MPI_Isend", (void **)&mpi.Isend},
      {"MPI_Irecv", (void **)&mpi.Irecv},
      {"MPI_Waitall", (void **)&mpi.Waitall},
      {"ompi_mpi_comm_world", &mpi.world},
      {"ompi_mpi_float", &mpi.floats},
      {"ompi_mpi_double", &mpi.doubles},
      {"ompi_mpi_op_sum", &mpi.sum},
      {"ompi_mpi_op_max", &mpi.max},
      {"ompi_mpi_errors_return", &mpi.errors_return},
  };
  for (unsigned i = 0; i < sizeof needed / sizeof *needed; i++) {
    *needed[i].place = dlsym(library, needed[i].name);
    if (!*needed[i].place) {
      snprintf(message, capacity, "the MPI library has no %s", needed[i].name);
      return 2;
    }
  }
  return 0;
}

int shunt_mpi_start(int *rank, int *size) {
  int code = mpi.Init(NULL, NULL);
  if (code) return code;
  is_started = 1;
  code = mpi.Comm_set_errhandler(mpi.world, mpi.errors_return);
  if (!code) code = mpi.Comm_rank(mpi.world, rank);
  if (!code) code = mpi.Comm_size(mpi.world, size);
  return code;
}

int shunt_mpi_split(int group_size) {
  int rank;
  int code = mpi.Comm_rank(mpi.world, &rank);
  if (!code) code = mpi.Comm_split(mpi.world, rank / group_size, rank, &group);
  return code ? code : mpi.Comm_split(mpi.world, rank % group_size, rank, &peers);
}

int shunt_mpi_finish(void) {
  is_started = 0;
  return mpi.Finalize();
}

void shunt_mpi_abort(int code) {
  if (is_started) mpi.Abort(mpi.world, code);
}

static handle communicator(int members) {
  return members == SHUNT_MPI_GROUP ? group : members == SHUNT_MPI_PEERS ? peers : mpi.world;
}

int shunt_mpi_barrier(int members) { return mpi.Barrier(communicator(members)); }

int shunt_mpi_all_to_all(int members, const float *sent, const int *send_counts,
                         const int *send_offsets, float *received, const int *receive_counts,
                         const int *receive_offsets) {
  return mpi.Alltoallv(sent, send_counts, send_offsets, mpi.floats, received, receive_counts,
                       receive_offsets, mpi.floats, communicator(members));
}

int shunt_mpi_sum_floats(int members, float *numbers, int count) {
  return mpi.Allreduce(IN_PLACE, numbers, count, mpi.floats, mpi.sum, communicator(members));
}

int shunt_mpi_sum_doubles(double *numbers, int count) {
  return mpi.Allreduce(IN_PLACE, numbers, count, mpi.doubles, mpi.sum, mpi.world);
}

int shunt_mpi_largest_double(double *number) {
  return mpi.Allreduce(IN_PLACE, number, 1, mpi.doubles, mpi.max, mpi.world);
}

int shunt_mpi_send(const float *data, int count, int to, int tag, void **request) {
  return mpi.Isend(data, count, mpi.floats, to, tag, mpi.world, request);
}

int shunt_mpi_receive(float *data, int count, int from, int tag, void **request) {
  return mpi.Irecv(data, count, mpi.floats, from, tag, mpi.world, request);
}

int shunt_mpi_wait(void **requests, int count) { return mpi.Waitall(count, requests, NO_STATUS); }
