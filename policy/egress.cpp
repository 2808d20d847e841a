#include "policy/egress.h"
