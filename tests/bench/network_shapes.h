// The shapes of networks that people run, and what a token costs them.

#pragma once

#include <map>
#include <string>

#include "model/weights/checkpoint_config.h"

namespace seekd::bench {

// By name; from the models' config.json.
const std::map<std::string, model::CheckpointConfig>& network_shapes();

// Weights that a token reads: all but the embedding, of which it reads one row.
double weights_per_token(const model::CheckpointConfig& config);

}  // namespace seekd::bench
