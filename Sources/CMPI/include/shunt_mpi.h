// The few calls of Open MPI that ranks of an execution need, found when the program runs.
//
// Why this exists: MPI's handles are macros that Swift cannot see, and MPI is needed by
// `shunt execute --transport mpi` alone. Opened at run time, it may be absent from machines that
// build and simulate. Without its header, handles are taken from the symbols that Open MPI 4 and 5
// define for them; another MPI lacks those and is refused.
//
// Every call stays on the thread that started MPI. Results are MPI's own: 0 is success.
#ifndef SHUNT_MPI_H
#define SHUNT_MPI_H

// Opens the library. Returns 0, or 1 when it cannot be found, 2 when it is not Open MPI; `message`
// then says what was missing.
int shunt_mpi_open(char *message, int capacity);

// Starts MPI, and communicators for every `group_size` consecutive ranks and for the ranks with the
// same place in all groups.
int shunt_mpi_start(int *rank, int *size);
int shunt_mpi_split(int group_size);
int shunt_mpi_finish(void);

// Ends all ranks with an exit code; does not return where MPI has started.
void shunt_mpi_abort(int code);

// Which ranks take part in a collective call.
enum { SHUNT_MPI_WORLD = 0, SHUNT_MPI_GROUP = 1, SHUNT_MPI_PEERS = 2 };

int shunt_mpi_barrier(int members);
int shunt_mpi_all_to_all(int members, const float *sent, const int *send_counts,
                         const int *send_offsets, float *received, const int *receive_counts,
                         const int *receive_offsets);
int shunt_mpi_sum_floats(int members, float *numbers, int count);
int shunt_mpi_sum_doubles(double *numbers, int count);
int shunt_mpi_largest_double(double *number);

// Starts a message; ranks count in the world. `request` is completed by shunt_mpi_wait.
int shunt_mpi_send(const float *data, int count, int to, int tag, void **request);
int shunt_mpi_receive(float *data, int count, int from, int tag, void **request);
int shunt_mpi_wait(void **requests, int count);

#endif
