#include "model/text/detokenizer.h"
