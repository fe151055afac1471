#include "proto/embedded_descriptors.h"

#include <cstddef>

// Bounds of the files that embedded_data.S.in includes.
extern "C" {
extern const char xapi_gateway_descriptor_set[];
extern const char xapi_gateway_descriptor_set_end[];
extern const char xapi_gateway_error_table[];
extern const char xapi_gateway_error_table_end[];
extern const char xapi_gateway_error_texts[];
extern const char xapi_gateway_error_texts_end[];
}

namespace xapi_gateway {

absl::string_view DescriptorSet() {
  return {xapi_gateway_descriptor_set,
          static_cast<size_t>(xapi_gateway_descriptor_set_end -
                              xapi_gateway_descriptor_set)};
}

absl::string_view ErrorTable() {
  return {xapi_gateway_error_table,
          static_cast<size_t>(xapi_gateway_error_table_end -
                              xapi_gateway_error_table)};
}

absl::string_view ErrorTexts() {
  return {xapi_gateway_error_texts,
          static_cast<size_t>(xapi_gateway_error_texts_end -
                              xapi_gateway_error_texts)};
}

}  // namespace xapi_gateway
