using Nullius.Policy.Cel.Values;

namespace Nullius.Policy.Cel.Evaluation;

/// <summary>The steps of one evaluation are used up: nothing absorbs this, unlike an error of the language.</summary>
internal sealed class CelCostException() : Exception("the evaluation costs more than its limit");

/// <summary>Values of the variables that an environment declares.</summary>
internal interface ICelVariables
{
    /// <summary>The value, an error (the attribute does not exist here) or unknown.</summary>
    CelValue Get(int slot);
}

/// <summary>What one evaluation works with: variables, the variables of comprehensions, and the steps that are left.</summary>
internal sealed class CelFrame(ICelVariables variables, int locals, long steps)
{
    private long _left = steps;

    internal ICelVariables Variables { get; } = variables;

    internal CelValue[] Locals { get; } = locals == 0 ? [] : new CelValue[locals];

    /// <exception cref="CelCostException">Nothing is left.</exception>
    internal void Charge(long steps = 1)
    {
        _left -= steps;
        if (_left < 0)
            throw new CelCostException();
    }
}
