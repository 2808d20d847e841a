// POST /v1/embeddings.

#include <chrono>
#include <utility>

#include "daemon/api/api_error.h"
#include "daemon/api/asking.h"
#include "daemon/api/embeddings_reply.h"
#include "daemon/api/embeddings_request.h"
#include "daemon/api/handlers.h"

namespace seekd::daemon {
namespace {

void reply_with(Services& services, const ExchangePtr& exchange, EmbeddingDesk::Vectors vectors,
                VectorEncoding encoding) {
  services.limits.charge_tokens(exchange->caller(), vectors.tokens,
                                std::chrono::steady_clock::now());
  exchange->log().outcome = "embedded";
  exchange->log().audited["tokens"] = vectors.tokens;
  const model::EmbedderInfo& info = services.embedder->info();
  services.workers.run(
      [vectors = std::move(vectors), &info, encoding] {
        return embeddings_json(vectors, info.dimension, info.name, encoding);
      },
      [exchange](std::string body) {
        HttpResponse response;
        response.body = std::move(body);
        exchange->respond(std::move(response));
      });
}

}  // namespace

void embed_texts(Services& services, const ExchangePtr& exchange) {
  if (services.embedder == nullptr) {
    return refuse(exchange, {404, "not_configured",
                             "no embedder is served: see [embedder] in config/default.toml", "",
                             std::nullopt});
  }
  auto request = parse_embeddings_request(exchange->request().body, services.embedder->info());
  if (!request) return refuse(exchange, request.error());
  exchange->log().audited["texts"] = request->wish.texts.size();
  const auto seat = services.embedder->embed(
      std::move(request->wish),
      [&services, exchange, encoding = request->encoding](Result<EmbeddingDesk::Vectors> vectors) {
        if (!vectors) return refuse(exchange, to_answer_error(vectors.error(), "input"));
        reply_with(services, exchange, *std::move(vectors), encoding);
      });
  exchange->on_gone([seat] { seat->leave(); });
}

}  // namespace seekd::daemon
