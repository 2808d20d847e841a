#include <algorithm>
#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <c10/core/InferenceMode.h>

#include "model/device.h"
#include "model/model_memory.h"
#include "model/torch_errors.h"
#include "model/torch_model.h"
#include "model/torch_model_parts.h"
#include "model/weights/adapter.h"
#include "model/weights/loader.h"

namespace seekd::model {

namespace {

// "SmolLM2-135M-Instruct.Q4_1" of a file; a folder's name whole, for its dots are no ending.
std::string name_of(const std::filesystem::path& path) {
  const std::filesystem::path whole = path.lexically_normal();
  if (whole.extension() == ".gguf") return whole.stem().string();
  return (whole.has_filename() ? whole : whole.parent_path()).filename().string();
}

std::vector<TokenId> end_ids(const Checkpoint& checkpoint, const Tokenizer& tokenizer) {
  std::vector<TokenId> ids = checkpoint.config().eos_ids;
  ids.insert(ids.end(), tokenizer.eos_ids().begin(), tokenizer.eos_ids().end());
  return ids;
}

// An id beyond the embedding would be read out of bounds.
Status check_vocabulary(const Checkpoint& checkpoint, const Tokenizer& tokenizer) {
  const std::size_t rows = checkpoint.config().vocabulary;
  if (tokenizer.size() <= rows) return {};
  return fail(ErrorCode::corrupt, "the tokenizer has " + std::to_string(tokenizer.size()) +
                                      " tokens and the model's embedding " + std::to_string(rows) +
                                      " rows: they do not belong together");
}

std::string description_of(config::Quantization quantization, bool own_kernels) {
  std::string kernels = own_kernels ? ", own kernels" : "";
  switch (quantization) {
    case config::Quantization::none:
      return kernels;
    case config::Quantization::int8:
      return kernels + ", int8 weights";
    case config::Quantization::int4:
      return kernels + ", int4 weights";
  }
  return kernels;
}

// On a processor it would be the same memory twice.
std::size_t host_pages(const config::ModelConfig& config, const ModelMemory& memory,
                       const ComputeDevice& device) {
  return device.device.is_cuda() ? config.kv_host_bytes / memory.page_bytes() : 0;
}

// A step is done in far less than a second on a GPU, in seconds on a processor.
std::chrono::milliseconds step_limit(const config::ModelConfig& config,
                                     const ComputeDevice& device) {
  if (config.step_limit.count() > 0) return config.step_limit;
  return device.device.is_cuda() ? std::chrono::minutes(1) : std::chrono::minutes(10);
}

// What is on disk, and belongs together.
struct Files {
  Checkpoint checkpoint;
  Tokenizer tokenizer;
  ChatTemplate chat_template;
  std::optional<Adapter> adapter;
};

Result<Files> open_files(const config::ModelConfig& config) {
  auto checkpoint = Checkpoint::open(config.path);
  if (!checkpoint) return std::unexpected(checkpoint.error());
  auto tokenizer = Tokenizer::load(config.path);
  if (!tokenizer) return std::unexpected(tokenizer.error());
  auto chat_template = ChatTemplate::recognise(*tokenizer);
  if (!chat_template) return std::unexpected(chat_template.error());
  if (auto fits = check_vocabulary(*checkpoint, *tokenizer); !fits) {
    return std::unexpected(fits.error());
  }
  Files files{*std::move(checkpoint), *std::move(tokenizer), *std::move(chat_template), {}};
  if (config.adapter.empty()) return files;
  auto adapter = Adapter::open(config.adapter);
  if (!adapter) return std::unexpected(adapter.error());
  files.adapter = *std::move(adapter);
  return files;
}

Result<ComputeDevice> device_for(const config::ModelConfig& config, const Files& files) {
  Result<ComputeDevice> device = choose_device(config.device, "model.device");
  if (!device) return device;
  const bool quantised = config.quantization != config::Quantization::none;
  // What an adapter adds would not fit into the file's blocks.
  const bool as_stored =
      !quantised && !files.adapter && LlamaWeights::can_keep_blocks(files.checkpoint);
  if (device->device.is_cpu() && (quantised || as_stored)) device->file_blocks = FileBlocks::kept;
  device->projections = config.quantization;
  return device;
}

Result<Llama> read_network(const Files& files, const config::ModelConfig& config,
                           std::size_t context_tokens, const ComputeDevice& device,
                           const LoadWatch& watch) {
  const LoadSettings settings{.threads = config.threads,
                              .watch = watch,
                              .adapter = files.adapter ? &*files.adapter : nullptr};
  auto weights = LlamaWeights::load(files.checkpoint, static_cast<std::int64_t>(context_tokens),
                                    device, settings);
  if (!weights) return std::unexpected(weights.error());
  auto network =
      Llama::create(*std::move(weights), Llama::Kernels::best, thread_count(config.threads));
  if (!network || config.quantization == config::Quantization::none || network->own_kernels()) {
    return network;
  }
  return fail(ErrorCode::unsupported,
              "model.quantization needs seekd's own GPU kernels, and this program was built "
              "without nvcc or they do not serve this model's sizes: set model.quantization = "
              "\"none\"");
}

Result<std::unique_ptr<Model>> load(const config::ModelConfig& config, const LoadWatch& watch) {
  auto files = open_files(config);
  if (!files) return std::unexpected(files.error());
  const auto device = device_for(config, *files);
  if (!device) return std::unexpected(device.error());
  const ModelMemory memory(files->checkpoint.config(), files->checkpoint.parameters(), config,
                           *device, files->checkpoint.stored_bytes());
  if (auto fits = memory.check(); !fits) return std::unexpected(fits.error());

  const int threads = thread_count(config.threads);
  use_threads(threads);
  ShortWaits waits(threads);
  const c10::InferenceMode no_gradients;
  auto network = read_network(*files, config, memory.context(), *device, watch);
  if (!network) return std::unexpected(network.error());

  ModelInfo info{name_of(config.path),
                 files->adapter ? files->adapter->name() : "",
                 files->checkpoint.config().architecture,
                 device->name + description_of(config.quantization, network->own_kernels()),
                 files->checkpoint.parameters(),
                 memory.context(),
                 files->chat_template.thinks(),
                 files->chat_template.tool_form() != ToolForm::none};
  Engine::Settings settings{.limits = batch_limits(config.sequences_max, device->device.is_cuda()),
                            .pages = memory.pages(),
                            .host_pages = host_pages(config, memory, *device),
                            .end_ids = end_ids(files->checkpoint, files->tokenizer),
                            .speculation = config.speculation,
                            .threads = threads,
                            .step_limit = step_limit(config, *device)};
  return make_torch_model(TorchModelParts{
      std::move(files->tokenizer), std::move(files->chat_template), *std::move(network),
      std::move(settings), std::move(info), memory.page_bytes(), std::move(waits)});
}

}  // namespace

Result<std::unique_ptr<Model>> load_torch_model(const config::ModelConfig& config,
                                                const LoadWatch& watch) {
  assert(!config.path.empty());
  return stop_exceptions("loading " + config.path.string(), [&] { return load(config, watch); });
}

}  // namespace seekd::model
