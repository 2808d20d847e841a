#include "model/text/chat_template.h"
