#include "policy/coverage.h"
