#include "policy/robots.h"
