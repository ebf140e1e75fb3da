using Nullius.Policy.Conditions;

namespace Nullius.Policy.Dialects.Aws.Evaluation;

/// <summary>A statement that matched, or that an unknown value keeps from being told.</summary>
/// <param name="Order">Layer, then position in it: the order in which statements are named.</param>
internal readonly record struct StatementWitness(long Order, BoundStatement Bound, Ternary Result);

/// <summary>The witnesses of one decision, in order and each once; bounded. Reused with the decision that owns it.</summary>
internal sealed class WitnessList
{
    private const int Capacity = 256;

    private readonly List<StatementWitness> _witnesses = new(16);

    internal int Count => _witnesses.Count;

    internal StatementWitness this[int index] => _witnesses[index];

    internal void Clear() => _witnesses.Clear();

    internal void Add(in StatementWitness witness)
    {
        var at = _witnesses.Count;
        while (at > 0 && _witnesses[at - 1].Order > witness.Order)
            at--;
        if (at > 0 && _witnesses[at - 1].Order == witness.Order)
        {
            if (witness.Result > _witnesses[at - 1].Result)
                _witnesses[at - 1] = witness;
            return;
        }
        if (_witnesses.Count < Capacity)
            _witnesses.Insert(at, witness);
    }
}
