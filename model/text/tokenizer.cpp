#include "model/text/tokenizer.h"
