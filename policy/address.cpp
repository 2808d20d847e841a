#include "policy/address.h"
