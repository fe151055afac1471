// What the parts of the schema's builder share.
#ifndef PROTO_GENERATOR_CONTEXT_H_
#define PROTO_GENERATOR_CONTEXT_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/generator/model.h"
#include "proto/generator/notes.h"
#include "proto/generator/numbers.h"
#include "proto/generator/schema.h"

namespace xapi_gateway::protogen {

inline constexpr char kCommonStem[] = "common";

// The files under construction. Not thread-safe.
class BuildContext {
 public:
  BuildContext(const Model& model, const Notes& notes, const Lock& lock)
      : model(model), notes(notes), lock(lock) {}

  const Model& model;
  const Notes& notes;
  const Lock& lock;

  // The file of that stem, appended to the schema if it is new. The pointer
  // is valid until the next file is added.
  SchemaFile* File(absl::string_view stem);
  Schema TakeSchema() { return std::move(schema_); }

  // Adds a message of its own. ALREADY_EXISTS if the name is taken.
  absl::Status AddMessage(absl::string_view stem, SchemaMessage message);
  // Adds a message that several RPCs share, unless it is there.
  // ALREADY_EXISTS if it is there with other fields.
  absl::Status AddShared(absl::string_view stem, SchemaMessage message);

  // The stem of the file that holds an enum, by the model's name of it.
  std::map<std::string, std::string> enum_homes;

 private:
  Schema schema_;
  std::map<std::string, SchemaMessage> messages_;
};

// Whether a message of the model is mirrored.
inline bool IsPublic(const ModelMessage& message) { return !message.hidden; }

// Whether a field of the model is on the wire.
inline bool IsOnWire(const ModelField& field) { return !field.internal_only; }

// Whether the class has an implicit constructor, so that its record is sent.
bool HasConstructor(const ModelClass& klass);

// The fields of the class's record as they are on the wire.
const std::vector<ModelField>& RecordFields(const Model& model,
                                            const ModelClass& klass);

// The parts of the builder, in the order of their use.
absl::Status PlaceEnums(BuildContext* context);
absl::Status BuildEnums(BuildContext* context);
absl::Status BuildTaskProgress(BuildContext* context);
absl::Status BuildWrappers(BuildContext* context);
absl::Status BuildRecord(const ModelClass& klass, BuildContext* context);
absl::Status BuildStructs(BuildContext* context);
absl::Status BuildService(const ModelClass& klass, BuildContext* context);

// Request and response of a message's RPC, which it adds to their files.
struct CallTypes {
  std::string request;
  std::string response;
  // Class of the references in a shared response or request; else empty.
  std::string result_ref;
  std::string value_ref;
};
absl::StatusOr<CallTypes> BuildCall(const ModelClass& klass,
                                    const ModelMessage& message,
                                    BuildContext* context);

// The `unrecognized` field.
SchemaField UnrecognizedField(absl::string_view what);

// Quotes text for a .proto file.
std::string Quote(absl::string_view text);

}  // namespace xapi_gateway::protogen

#endif  // PROTO_GENERATOR_CONTEXT_H_
