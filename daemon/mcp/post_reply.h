// PostReply: what one POST of the Model Context Protocol is answered with, once all its requests
// are: a JSON text, or server-sent events.
//
// Called on the I/O thread. Each request is answered or passed over exactly once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "daemon/exchange.h"

namespace seekd::daemon {

class PostReply {
 public:
  enum class Form : std::uint8_t {
    text,    // of one request,
    array,   // of a batch,
    events,  // or of either, each message as it comes
  };

  // REQUIRES: requests > 0.
  PostReply(std::shared_ptr<Exchange> exchange, Form form, std::size_t requests);

  bool streams() const { return form_ == Form::events; }

  // Dropped where nothing is streamed.
  void notify(const boost::json::object& notification);
  void answer(boost::json::object response);
  // The request of that id was cancelled, and is answered no more where nobody waits for the text.
  void pass_over(const boost::json::value& id);

 private:
  void settled();

  const std::shared_ptr<Exchange> exchange_;
  const Form form_;
  std::size_t left_;  // requests
  boost::json::array responses_;
};

}  // namespace seekd::daemon
