#include "policy/url.h"
