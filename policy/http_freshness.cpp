#include "policy/http_freshness.h"
