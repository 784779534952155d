// GLPK ships no pkg-config file on Debian; this header is all the module map needs.
#include <glpk.h>
