// The parts of GSL in use; none of them pulls in gsl_blas.h.
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <gsl/gsl_version.h>
#include <gsl/gsl_multifit_nlinear.h>

// GSL's choices of solver are mutable C globals, which Swift 6 refuses to read: chosen here.
static inline gsl_multifit_nlinear_workspace *shunt_trust_region_workspace(
    size_t residuals, size_t constants) {
  gsl_multifit_nlinear_parameters parameters = gsl_multifit_nlinear_default_parameters();
  parameters.trs = gsl_multifit_nlinear_trs_lm;
  parameters.scale = gsl_multifit_nlinear_scale_levenberg;
  return gsl_multifit_nlinear_alloc(
      gsl_multifit_nlinear_trust, &parameters, residuals, constants);
}
