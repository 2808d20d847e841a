#include "model/weights/quantize.h"
