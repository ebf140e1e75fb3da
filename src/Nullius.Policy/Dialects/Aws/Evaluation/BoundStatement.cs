using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws.Statements;

namespace Nullius.Policy.Dialects.Aws.Evaluation;

/// <summary>A statement in the layer in which its document takes part, with the reference that witnesses it.</summary>
internal readonly record struct BoundStatement(StatementIndex Index, int Number)
{
    internal AwsStatement Statement => Index.StatementAt(Number);

    internal StatementRef Reference => Index.ReferenceTo(Number);
}
