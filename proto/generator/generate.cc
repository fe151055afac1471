#include "proto/generator/generate.h"

#include <utility>

#include "absl/status/status.h"
#include "proto/generator/build.h"
#include "proto/generator/print.h"

namespace xapi_gateway::protogen {
namespace {

absl::StatusOr<Notes> ParseNotes(const Inputs& inputs) {
  absl::StatusOr<Idempotency> idempotency =
      Idempotency::Parse(inputs.idempotency);
  if (!idempotency.ok()) return idempotency.status();
  absl::StatusOr<Secrets> secrets = ParseSecrets(inputs.secrets);
  if (!secrets.ok()) return secrets.status();
  absl::StatusOr<Prose> prose = Prose::Parse(inputs.prose);
  if (!prose.ok()) return prose.status();
  return Notes{*std::move(idempotency), *std::move(secrets), *std::move(prose)};
}

}  // namespace

absl::StatusOr<Outputs> Generate(const Inputs& inputs) {
  const absl::StatusOr<Model> model = ParseModel(inputs.model);
  if (!model.ok()) return model.status();
  const absl::StatusOr<Notes> notes = ParseNotes(inputs);
  if (!notes.ok()) return notes.status();
  absl::StatusOr<Lock> lock = ParseLock(inputs.lock);
  if (!lock.ok()) return lock.status();
  absl::StatusOr<Schema> schema = BuildSchema(*model, *notes, *lock);
  if (!schema.ok()) return schema.status();
  const Lock before = *lock;
  const absl::Status numbered = AssignNumbers(&*schema, &*lock);
  if (!numbered.ok()) return numbered;
  return Outputs{PrintFiles(*schema), PrintLock(*lock),
                 BreakingChanges(before, *lock)};
}

}  // namespace xapi_gateway::protogen
