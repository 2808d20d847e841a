// GET /openapi.json.

#include "daemon/api/handlers.h"
#include "daemon/api/openapi_document.h"

namespace seekd::daemon {

void show_openapi(Services& /*services*/, const ExchangePtr& exchange) {
  static const std::string document = openapi_document();
  HttpResponse response;
  response.body = document;
  exchange->respond(std::move(response));
}

}  // namespace seekd::daemon
