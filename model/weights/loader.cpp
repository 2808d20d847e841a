#include "model/weights/loader.h"
