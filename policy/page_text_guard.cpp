#include "policy/page_text_guard.h"
