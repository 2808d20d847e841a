#include "policy/passages.h"
