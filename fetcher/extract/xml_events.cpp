#include "fetcher/extract/xml_events.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include <expat.h>

namespace seekd::fetcher {
namespace {

struct FreeParser {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};
using Parser = std::unique_ptr<std::remove_pointer_t<XML_Parser>, FreeParser>;

// What expat's callbacks share. No exception passes through expat.
struct Reading {
  XML_Parser parser;
  XmlHandler& handler;
  std::size_t depth = 0;
  std::vector<XmlAttribute> attributes;
  bool stopped = false;
  std::optional<Error> error;

  void stop() {
    stopped = true;
    XML_StopParser(parser, XML_FALSE);
  }
  void refuse(ErrorCode code, const char* why) {
    if (!error) error = Error{code, std::string("XML: ") + why};
    stop();
  }
  template <class Act>
  void act(Act what) {
    // Events that expat had under way come still.
    if (stopped) return;
    try {
      what();
    } catch (const std::exception&) {
      refuse(ErrorCode::too_large, "out of memory");
    }
  }
};

void on_open(void* context, const XML_Char* name, const XML_Char** pairs) {
  auto& reading = *static_cast<Reading*>(context);
  reading.act([&] {
    if (++reading.depth > xml_depth_max) {
      return reading.refuse(ErrorCode::too_large, "elements nested too deep");
    }
    reading.attributes.clear();
    for (; *pairs != nullptr; pairs += 2) reading.attributes.push_back({pairs[0], pairs[1]});
    const bool oversized = std::ranges::any_of(reading.attributes, [](const auto& attribute) {
      return attribute.value.size() > xml_attribute_bytes_max;
    });
    if (oversized) return reading.refuse(ErrorCode::too_large, "an attribute over 64 KiB");
    if (reading.handler.open(name, reading.attributes) == XmlHandler::Next::stop) reading.stop();
  });
}

void on_close(void* context, const XML_Char* name) {
  auto& reading = *static_cast<Reading*>(context);
  reading.act([&] {
    --reading.depth;
    if (reading.handler.close(name) == XmlHandler::Next::stop) reading.stop();
  });
}

void on_text(void* context, const XML_Char* text, int size) {
  auto& reading = *static_cast<Reading*>(context);
  reading.act([&] { reading.handler.text({text, static_cast<std::size_t>(size)}); });
}

void on_skipped_entity(void* context, const XML_Char* name, int is_parameter) {
  auto& reading = *static_cast<Reading*>(context);
  reading.act([&] {
    if (is_parameter == 0) reading.handler.text(std::string("&") + name + ";");
  });
}

void on_doctype(void* context, const XML_Char*, const XML_Char*, const XML_Char*,
                int has_internal_subset) {
  auto& reading = *static_cast<Reading*>(context);
  if (has_internal_subset != 0) {
    reading.refuse(ErrorCode::too_large, "a document type with declarations of its own");
  }
}

void on_entity(void* context, const XML_Char*, int, const XML_Char*, int, const XML_Char*,
               const XML_Char*, const XML_Char*, const XML_Char*) {
  static_cast<Reading*>(context)->refuse(ErrorCode::too_large, "a document that declares entities");
}

// XML 1.0 §2.2 forbids control characters, and feeds have them.
std::string without_controls(std::string_view text) {
  std::string clean(text);
  std::ranges::replace_if(
      clean, [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t'; },
      ' ');
  return clean;
}

}  // namespace

std::string_view attribute(std::span<const XmlAttribute> attributes, std::string_view name) {
  const auto found = std::ranges::find(attributes, name, &XmlAttribute::name);
  return found == attributes.end() ? std::string_view() : found->value;
}

Status read_xml_events(std::string_view utf8, XmlHandler& handler) {
  const std::string clean =
      without_controls(utf8.substr(std::min(utf8.find_first_not_of(" \t\r\n"), utf8.size())));
  if (clean.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return fail(ErrorCode::too_large, "XML: longer than expat counts");
  }
  const Parser parser(XML_ParserCreate("UTF-8"));
  if (!parser) return fail(ErrorCode::too_large, "XML: out of memory");
  Reading reading{parser.get(), handler, 0, {}, false, {}};
  XML_SetUserData(parser.get(), &reading);
  XML_SetElementHandler(parser.get(), on_open, on_close);
  XML_SetCharacterDataHandler(parser.get(), on_text);
  XML_SetSkippedEntityHandler(parser.get(), on_skipped_entity);
  XML_SetStartDoctypeDeclHandler(parser.get(), on_doctype);
  XML_SetEntityDeclHandler(parser.get(), on_entity);
  XML_SetParamEntityParsing(parser.get(), XML_PARAM_ENTITY_PARSING_NEVER);
  XML_UseForeignDTD(parser.get(), XML_TRUE);  // so that unknown entities are skipped, not errors
  // In one piece: expat looks at a long token again with every further one.
  const auto status = XML_Parse(parser.get(), clean.data(), static_cast<int>(clean.size()), 1);
  if (reading.error) return std::unexpected(*reading.error);
  if (status != XML_STATUS_ERROR || reading.stopped) return {};
  return fail(ErrorCode::invalid_argument,
              "XML: line " + std::to_string(XML_GetCurrentLineNumber(parser.get())) + ": " +
                  XML_ErrorString(XML_GetErrorCode(parser.get())));
}

}  // namespace seekd::fetcher
