#include "gateway/transcode/message_fields.h"

#include "absl/strings/str_cat.h"

namespace xapi_gateway::transcode {

std::string MessageFields::Scan(const MessagePlan& plan,
                                absl::string_view bytes) {
  fields_.assign(plan.fields.size(), {});
  ProtoReader reader(bytes);
  RawField field;
  while (reader.Next(&field)) {
    const auto known = plan.by_number.find(field.number);
    if (known != plan.by_number.end()) {
      fields_[known->second].push_back(field);
    } else if (field.number != plan.unrecognized) {
      // A parameter that is silently dropped could be the one that matters.
      return absl::StrCat("field number ", field.number, " is not in ",
                          plan.name, " as this gateway knows it");
    }
  }
  return reader.done() ? ""
                       : absl::StrCat("the bytes are no valid ", plan.name);
}

}  // namespace xapi_gateway::transcode
