using Nullius.Policy.Decisions;
using Nullius.Policy.Requests;

namespace Nullius.Gateway.Deciding;

/// <summary>
/// What a decision is prepared in: of the thread, so that it is warm, and few exist however many requests are under way.
/// INVARIANT: filled and read without an await between; whoever decides fills all of it.
/// </summary>
internal sealed class DecisionBuffers
{
    [ThreadStatic]
    private static DecisionBuffers? s_ofThread;

    public static DecisionBuffers OfThread => s_ofThread ??= new DecisionBuffers();

    /// <summary>The request in the words of AWS policies.</summary>
    public AwsRequest Aws { get; } = new();

    /// <summary>The request in the words of Conditional Access.</summary>
    public EntraRequest Entra { get; } = new();

    /// <summary>What the granting set says.</summary>
    public Decision Granting { get; } = new();

    /// <summary>What Conditional Access says.</summary>
    public Decision Restricting { get; } = new();
}
