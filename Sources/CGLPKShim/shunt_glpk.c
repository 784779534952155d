#include "shunt_glpk.h"

#include <glpk.h>
#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

// What a search keeps beside GLPK's own state.
typedef struct {
  const shunt_glpk_program *program;
  const shunt_glpk_options *options;
  shunt_glpk_result *result;
  jmp_buf escape;
  double *candidate;  // columns + 1, as GLPK counts from 1
  double *relaxation; // columns
  int injected;
} session;

static int capture(void *info, const char *text) {
  shunt_glpk_result *result = ((session *)info)->result;
  size_t used = strlen(result->message);
  strncat(result->message, text, sizeof result->message - used - 1);
  return 1; // nothing reaches the terminal
}

static void leave(void *info) { longjmp(((session *)info)->escape, 1); }

static int bound_type(double lower, double upper) {
  if (isinf(lower) && isinf(upper)) return GLP_FR;
  if (isinf(upper)) return GLP_LO;
  if (isinf(lower)) return GLP_UP;
  return lower == upper ? GLP_FX : GLP_DB;
}

static glp_prob *build(const shunt_glpk_program *p) {
  glp_prob *problem = glp_create_prob();
  glp_set_obj_dir(problem, p->maximize ? GLP_MAX : GLP_MIN);
  if (p->rows > 0) glp_add_rows(problem, p->rows);
  if (p->columns > 0) glp_add_cols(problem, p->columns);
  for (int i = 0; i < p->rows; i++)
    glp_set_row_bnds(problem, i + 1, bound_type(p->row_lower[i], p->row_upper[i]),
                     p->row_lower[i], p->row_upper[i]);
  for (int j = 0; j < p->columns; j++) {
    glp_set_col_bnds(problem, j + 1, bound_type(p->column_lower[j], p->column_upper[j]),
                     p->column_lower[j], p->column_upper[j]);
    glp_set_obj_coef(problem, j + 1, p->objective[j]);
    glp_set_col_kind(problem, j + 1, p->column_is_integer[j] ? GLP_IV : GLP_CV);
  }
  if (p->entries > 0)
    glp_load_matrix(problem, p->entries, p->entry_row, p->entry_column, p->entry_value);
  return problem;
}

static void note_bound(session *s, glp_tree *tree) {
  int node = glp_ios_best_node(tree);
  if (node == 0) return;
  double bound = glp_ios_node_bound(tree, node);
  if (fabs(bound) >= 1e300) return;
  s->result->bound = bound;
  s->result->has_bound = 1;
}

static void offer(session *s, glp_tree *tree, const double *values) {
  memcpy(s->candidate + 1, values, sizeof(double) * (size_t)s->program->columns);
  glp_ios_heur_sol(tree, s->candidate);
}

static void ask_heuristic(session *s, glp_tree *tree) {
  if (s->options->incumbent && !s->injected) {
    s->injected = 1;
    offer(s, tree, s->options->incumbent);
  }
  if (!s->options->heuristic) return;
  glp_prob *node = glp_ios_get_prob(tree);
  for (int j = 0; j < s->program->columns; j++) s->relaxation[j] = glp_get_col_prim(node, j + 1);
  if (s->options->heuristic(s->options->context, s->relaxation, s->candidate + 1))
    glp_ios_heur_sol(tree, s->candidate);
}

static void watch(glp_tree *tree, void *info) {
  session *s = info;
  int reason = glp_ios_reason(tree);
  if (reason == GLP_ISELECT) s->result->nodes++;
  if (reason == GLP_ISELECT || reason == GLP_IBINGO || reason == GLP_IPREPRO) note_bound(s, tree);
  if (reason == GLP_IHEUR) ask_heuristic(s, tree);
  int stop = s->options->node_limit >= 0 && s->result->nodes > s->options->node_limit;
  if (s->options->progress && (reason == GLP_ISELECT || reason == GLP_IBINGO)) {
    glp_prob *problem = glp_ios_get_prob(tree);
    int has = glp_mip_status(problem) == GLP_FEAS || glp_mip_status(problem) == GLP_OPT;
    double incumbent = has ? glp_mip_obj_val(problem) : 0;
    double bound = s->result->has_bound ? s->result->bound : -INFINITY;
    stop |= s->options->progress(s->options->context, has, incumbent, bound, s->result->nodes);
  }
  if (stop) glp_ios_terminate(tree);
}

static int milliseconds(double seconds) {
  if (seconds < 0 || seconds > 2e6) return 2000000000;
  return (int)ceil(seconds * 1000);
}

static int simplex(session *s, glp_prob *problem) {
  glp_smcp control;
  glp_init_smcp(&control);
  control.msg_lev = GLP_MSG_OFF;
  control.tm_lim = milliseconds(s->options->time_limit_seconds);
  glp_scale_prob(problem, GLP_SF_AUTO);
  glp_adv_basis(problem, 0);
  control.meth = GLP_PRIMAL;
  return glp_simplex(problem, &control);
}

static int branch(session *s, glp_prob *problem) {
  glp_iocp control;
  glp_init_iocp(&control);
  control.msg_lev = GLP_MSG_OFF;
  control.tm_lim = milliseconds(s->options->time_limit_seconds);
  control.mip_gap = s->options->relative_gap;
  control.cb_func = watch;
  control.cb_info = s;
  if (s->options->strong) {
    control.br_tech = GLP_BR_PCH;
    control.bt_tech = GLP_BT_BPH;
    control.mir_cuts = control.cov_cuts = control.gmi_cuts = GLP_ON;
    control.fp_heur = s->options->incumbent ? GLP_OFF : GLP_ON;
  }
  return glp_intopt(problem, &control);
}

static int status_of(int glpk_status) {
  switch (glpk_status) {
    case GLP_OPT: return SHUNT_GLPK_OPTIMAL;
    case GLP_FEAS: return SHUNT_GLPK_FEASIBLE;
    case GLP_NOFEAS: return SHUNT_GLPK_INFEASIBLE;
    case GLP_UNBND: return SHUNT_GLPK_UNBOUNDED;
    default: return SHUNT_GLPK_UNDECIDED;
  }
}

static void read_continuous(session *s, glp_prob *problem) {
  shunt_glpk_result *r = s->result;
  r->status = status_of(glp_get_status(problem));
  r->objective = glp_get_obj_val(problem);
  for (int j = 0; j < s->program->columns; j++) r->values[j] = glp_get_col_prim(problem, j + 1);
  for (int i = 0; i < s->program->rows; i++) r->row_duals[i] = glp_get_row_dual(problem, i + 1);
  // A continuous bound is proven only by an optimal basis.
  r->has_bound = r->status == SHUNT_GLPK_OPTIMAL;
  r->bound = r->objective;
}

static void read_integer(session *s, glp_prob *problem) {
  shunt_glpk_result *r = s->result;
  r->status = status_of(glp_mip_status(problem));
  r->objective = glp_mip_obj_val(problem);
  for (int j = 0; j < s->program->columns; j++) r->values[j] = glp_mip_col_val(problem, j + 1);
  if (r->status == SHUNT_GLPK_OPTIMAL && r->code == 0) {
    r->bound = r->objective;
    r->has_bound = 1;
  }
}

static int needs_branching(const shunt_glpk_program *p) {
  for (int j = 0; j < p->columns; j++)
    if (p->column_is_integer[j]) return 1;
  return 0;
}

static void run(session *s) {
  glp_prob *problem = build(s->program);
  s->result->code = simplex(s, problem);
  read_continuous(s, problem);
  if (s->result->code != 0 && s->result->code != GLP_ETMLIM) s->result->status = SHUNT_GLPK_FAILED;
  // Branching starts from an optimal basis; the root bound is the simplex's own.
  if (s->result->status == SHUNT_GLPK_OPTIMAL && needs_branching(s->program)) {
    s->result->code = branch(s, problem);
    int code = s->result->code;
    read_integer(s, problem);
    if (code != 0 && code != GLP_EMIPGAP && code != GLP_ETMLIM && code != GLP_ESTOP)
      s->result->status = SHUNT_GLPK_FAILED;
  } else if (s->result->status == SHUNT_GLPK_FEASIBLE && needs_branching(s->program)) {
    s->result->status = SHUNT_GLPK_UNDECIDED;
  }
  glp_delete_prob(problem);
}

// setjmp stays in a frame of its own with nothing that a longjmp could leave half-changed.
static void guarded(session *s, void (*body)(session *)) {
  glp_term_out(GLP_ON); // the hook swallows the text
  glp_term_hook(capture, s);
  glp_error_hook(leave, s);
  if (setjmp(s->escape) == 0) {
    body(s);
    glp_error_hook(NULL, NULL);
    glp_term_hook(NULL, NULL);
    return;
  }
  // The environment is in an unknown state: throw all of it away.
  glp_free_env();
  s->result->status = SHUNT_GLPK_ABORTED;
  s->result->has_bound = 0;
}

void shunt_glpk_solve(const shunt_glpk_program *program, const shunt_glpk_options *options,
                      shunt_glpk_result *result) {
  session s = {.program = program, .options = options, .result = result};
  size_t columns = (size_t)program->columns;
  result->message[0] = 0;
  result->has_bound = result->nodes = result->code = 0;
  s.candidate = calloc(columns + 1, sizeof(double));
  s.relaxation = calloc(columns + 1, sizeof(double));
  if (s.candidate && s.relaxation) guarded(&s, run);
  else result->status = SHUNT_GLPK_FAILED;
  free(s.candidate);
  free(s.relaxation);
}

static void misuse(session *s) {
  (void)s;
  glp_prob *problem = glp_create_prob();
  glp_set_obj_dir(problem, 12345); // not a direction: GLPK calls its error routine
}

void shunt_glpk_provoke_abort(shunt_glpk_result *result) {
  session s = {.result = result};
  result->message[0] = 0;
  guarded(&s, misuse);
}
