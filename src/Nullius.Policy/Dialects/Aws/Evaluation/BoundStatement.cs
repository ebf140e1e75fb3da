using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws.Statements;

namespace Nullius.Policy.Dialects.Aws.Evaluation;

/// <summary>A statement in the layer in which its document takes part, with the reference that witnesses it.</summary>
internal readonly record struct BoundStatement(StatementTable Table, int Number)
{
    internal AwsStatement Statement => Table.Statements[Number];

    internal StatementRef Reference => Table.ReferenceTo(Number);
}
