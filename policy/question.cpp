#include "policy/question.h"
