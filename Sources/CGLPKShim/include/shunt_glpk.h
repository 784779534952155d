// One call that builds a program in GLPK, solves it and reads the answer back.
//
// Why this is C: GLPK ends the process on an internal error. The only way out is to leave its
// error hook with longjmp, which must not cross a Swift frame. So everything between setjmp and
// a possible longjmp happens here; the callbacks into Swift return before GLPK is called again.
// glpk.h stays out of this header: Swift sees plain C values only.
#ifndef SHUNT_GLPK_H
#define SHUNT_GLPK_H

typedef struct {
  int rows, columns, entries;
  int maximize;
  const double *objective;           // columns
  const double *column_lower;        // columns; infinities allowed
  const double *column_upper;        // columns
  const int *column_is_integer;      // columns
  const double *row_lower;           // rows
  const double *row_upper;           // rows
  // Rows and columns count from 1, and element 0 of these three is unused, as GLPK wants it.
  const int *entry_row;              // entries + 1
  const int *entry_column;           // entries + 1
  const double *entry_value;         // entries + 1
} shunt_glpk_program;

typedef struct {
  double time_limit_seconds;         // below 0: none
  int node_limit;                    // below 0: none
  double relative_gap;               // 0: prove optimality
  int strong;                        // pseudo-cost branching, best projection, cuts, pump
  const double *incumbent;           // columns, or null
  // Called at nodes and new incumbents; not 0 stops the search.
  int (*progress)(void *context, int has_incumbent, double incumbent, double bound, int nodes);
  // Called with the relaxation's values at a node; not 0 offers `candidate` as a solution.
  int (*heuristic)(void *context, const double *relaxation, double *candidate);
  void *context;
} shunt_glpk_options;

enum {
  SHUNT_GLPK_OPTIMAL = 0,
  SHUNT_GLPK_FEASIBLE = 1,
  SHUNT_GLPK_INFEASIBLE = 2,
  SHUNT_GLPK_UNBOUNDED = 3,
  SHUNT_GLPK_UNDECIDED = 4,
  SHUNT_GLPK_FAILED = 5,             // GLPK gave up with an error code
  SHUNT_GLPK_ABORTED = 6             // GLPK wanted to end the process; `message` says why
};

typedef struct {
  int status;
  int code;                          // GLPK's return code of the last call
  int has_bound;
  double objective, bound;
  int nodes;
  double *values;                    // columns, filled when a solution exists
  double *row_duals;                 // rows, filled for continuous programs
  char message[512];
} shunt_glpk_result;

void shunt_glpk_solve(const shunt_glpk_program *program, const shunt_glpk_options *options,
                      shunt_glpk_result *result);

// Makes GLPK report an internal error on this thread, to test that the process survives it.
void shunt_glpk_provoke_abort(shunt_glpk_result *result);

#endif
