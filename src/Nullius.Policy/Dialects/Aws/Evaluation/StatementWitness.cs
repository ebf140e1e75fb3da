using Nullius.Policy.Conditions;

namespace Nullius.Policy.Dialects.Aws.Evaluation;

/// <summary>A statement that matched, or that an unknown value keeps from being told.</summary>
/// <param name="Rank">Its place in the order of evaluation: the order in which statements are named.</param>
internal readonly record struct StatementWitness(int Rank, int Number, bool IsDeny, Ternary Result);

/// <summary>The witnesses of one decision, in order and each once; bounded. Reused with the decision that owns it.</summary>
internal sealed class WitnessList
{
    private const int Capacity = 256;

    private StatementWitness[] _witnesses = new StatementWitness[16];

    internal int Count { get; private set; }

    internal ref readonly StatementWitness this[int index] => ref _witnesses[index];

    internal void Clear() => Count = 0;

    internal void Add(in StatementWitness witness)
    {
        var at = Count;
        while (at > 0 && _witnesses[at - 1].Rank > witness.Rank)
            at--;
        if (at > 0 && _witnesses[at - 1].Rank == witness.Rank)
        {
            if (witness.Result > _witnesses[at - 1].Result)
                _witnesses[at - 1] = witness;
            return;
        }
        if (Count == Capacity)
            return;
        if (Count == _witnesses.Length)
            Array.Resize(ref _witnesses, Count * 2);
        for (var i = Count; i > at; i--)
            _witnesses[i] = _witnesses[i - 1];
        _witnesses[at] = witness;
        Count++;
    }
}
