// EncoderConfig: the numbers of an embedding model, from config.json and from what
// sentence-transformers lay beside it (modules.json, sentence_bert_config.json, 1_Pooling).
//
// Pure values. What is read is hostile: each number is checked against a cap, and the numbers
// against each other. Errors name the file and the field: not_found, corrupt, too_large, io,
// unsupported (another architecture than BERT's and XLM-RoBERTa's, another activation, position
// embedding or pooling, a further layer after the pooling: read past, it would give wrong vectors).

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "policy/result.h"

namespace seekd::model {

// What becomes of the vectors of a text's tokens.
enum class Pooling : std::uint8_t {
  mean,         // their mean
  first_token,  // the one of "[CLS]"
};

// How the weights are named, and where positions begin.
enum class EncoderFamily : std::uint8_t {
  bert,
  roberta,  // XLM-RoBERTa too
};

struct EncoderConfig {
  std::size_t layers = 0;
  std::size_t hidden = 0;        // width of the residual stream, and of the vectors
  std::size_t feed_forward = 0;  // width within the feed-forward layers
  std::size_t heads = 0;         // divides hidden
  std::size_t vocabulary = 0;    // rows of the embedding
  std::size_t positions = 0;     // rows of the position embedding that tokens can have
  std::size_t position_first =
      0;                        // the row of a text's first token; RoBERTa's kind leaves some out
  std::size_t token_types = 0;  // rows of the token type embedding; the first is used, and for
                                // the second text of a pair the second, where there is one
  std::size_t tokens_max = 0;   // of a text, "[CLS]" and "[SEP]" among them; the rest is not read
  double norm_epsilon = 1e-12;
  Pooling pooling = Pooling::mean;
  EncoderFamily family = EncoderFamily::bert;
};

Result<EncoderConfig> read_encoder_config(const std::filesystem::path& folder);

}  // namespace seekd::model
