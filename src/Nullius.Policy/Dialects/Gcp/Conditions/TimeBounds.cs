using Nullius.Policy.Cel;
using Nullius.Policy.Cel.Checking;
using Nullius.Policy.Cel.Syntax;
using Nullius.Policy.Cel.Values;

namespace Nullius.Policy.Dialects.Gcp.Conditions;

/// <summary>
/// When a condition can change by time alone: at the instants that it compares <c>request.time</c> with, at the edges of the
/// hours or days that it asks for, or, where it uses time in any other way, at the next second.
/// </summary>
internal sealed class TimeBounds
{
    private readonly CelEnvironment _environment;
    private readonly string _text;
    private readonly List<(CelProgram Instant, CelValue? Known, bool At, bool After)> _instants = [];
    private long _period = long.MaxValue;
    private bool _readsLevels;

    private TimeBounds(string text, CelEnvironment environment)
    {
        _text = text;
        _environment = environment;
    }

    internal static TimeBounds Of(string text, CelNode tree, CelEnvironment environment)
    {
        var bounds = new TimeBounds(text, environment);
        bounds.Visit(tree);
        return bounds;
    }

    internal DateTimeOffset? Next(GcpFacts facts, GcpScope scope)
    {
        if (facts.Request.Time is not { } now)
            return null;
        DateTimeOffset? next = _readsLevels ? facts.NextLevelChange() : null;
        foreach (var (program, known, at, after) in _instants)
        {
            var value = known ?? program.Evaluate(scope.Bind(facts), GcpCondition.Steps);
            if (value.Kind != CelKind.Timestamp)
                continue;
            var ticks = DateTime.UnixEpoch.Ticks + (value.Seconds * TimeSpan.TicksPerSecond) + (value.Nanos / 100);
            // A fraction of a tick lies behind the tick.
            var rounded = value.Nanos % 100 != 0;
            if (at && !rounded)
                Earliest(ref next, now, ticks);
            if (after || rounded)
                Earliest(ref next, now, ticks + 1);
        }
        if (_period != long.MaxValue)
            Earliest(ref next, now, ((now.UtcTicks / _period) + 1) * _period);
        return next;
    }

    private static void Earliest(ref DateTimeOffset? next, DateTimeOffset now, long ticks)
    {
        if (ticks <= now.UtcTicks || ticks > DateTimeOffset.MaxValue.Ticks)
            return;
        var instant = new DateTimeOffset(ticks, TimeSpan.Zero);
        if (next is null || instant < next)
            next = instant;
    }

    private void Visit(CelNode node)
    {
        if (IsTime(node))
        {
            Every(TimeSpan.TicksPerSecond);
            return;
        }
        // INVARIANT: only conditions of policies read this list; a level reads others by name, and all of them are asked below.
        if (node is SelectNode { Field: "access_levels" })
            _readsLevels = true;
        if (node is CallNode call && (TryComparison(call) || TryAccessor(call)))
            return;
        foreach (var child in CelTree.Children(node))
            Visit(child);
    }

    private void Every(long ticks) => _period = Math.Min(_period, ticks);

    private static bool IsTime(CelNode node) =>
        node is SelectNode { IsTest: false, Field: "time", Operand: IdentifierNode { Name: "request" } };

    private static bool MentionsTime(CelNode node) => IsTime(node) || CelTree.Children(node).Any(MentionsTime);

    private bool TryComparison(CallNode call)
    {
        if (call.Function is not ("_<_" or "_<=_" or "_>_" or "_>=_" or "_==_" or "_!=_"))
            return false;
        return TryBoundary(call, call.Arguments[0], call.Arguments[1], call.Function is "_<_" or "_>=_")
            || TryBoundary(call, call.Arguments[1], call.Arguments[0], call.Function is "_<=_" or "_>_");
    }

    /// <summary>The time, or the time moved by a duration, compared with what does not depend on time.</summary>
    private bool TryBoundary(CallNode call, CelNode moving, CelNode other, bool changesAt)
    {
        if (MentionsTime(other))
            return false;
        CelNode instant;
        if (IsTime(moving))
            instant = other;
        else if (moving is CallNode { Function: "_+_" or "_-_", Arguments: [var left, var right] } sum && IsTime(left) && !MentionsTime(right))
            instant = new CallNode(call.Position, 1, sum.Function == "_+_" ? "_-_" : "_+_", null, [other, right]);
        else
            return false;
        var program = CelProgram.Compile(_text, instant, _environment);
        if (program.Type.Kind is not (CelTypeKind.Timestamp or CelTypeKind.Dyn))
            return false;
        var isEquality = call.Function is "_==_" or "_!=_";
        _instants.Add((program, IsConstant(instant) ? program.Evaluate(new Nothing(), GcpCondition.Steps) : null, changesAt || isEquality, !changesAt || isEquality));
        Visit(other);
        return true;
    }

    /// <summary>Most instants are written out: they are read once.</summary>
    private static bool IsConstant(CelNode node) => node is not IdentifierNode && CelTree.Children(node).All(IsConstant);

    private sealed class Nothing : Cel.Evaluation.ICelVariables
    {
        public CelValue Get(int slot) => throw new InvalidOperationException("a constant reads no variable");
    }

    private bool TryAccessor(CallNode call)
    {
        if (call.Target is not { } target || !IsTime(target))
            return false;
        var utc = call.Arguments.Length == 0 || (call.Arguments[0] is LiteralNode { Value.Kind: CelKind.String } literal && literal.Value.AsString is "UTC" or "");
        Every(call.Function switch
        {
            "getMilliseconds" => TimeSpan.TicksPerMillisecond,
            "getSeconds" => TimeSpan.TicksPerSecond,
            "getMinutes" => TimeSpan.TicksPerMinute,
            // Offsets of zones are whole minutes at least, so is every edge.
            "getHours" => utc ? TimeSpan.TicksPerHour : TimeSpan.TicksPerMinute,
            "getDate" or "getDayOfMonth" or "getDayOfWeek" or "getDayOfYear" or "getMonth" or "getFullYear" =>
                utc ? TimeSpan.TicksPerDay : TimeSpan.TicksPerMinute,
            _ => TimeSpan.TicksPerSecond,
        });
        foreach (var argument in call.Arguments)
            Visit(argument);
        return true;
    }
}
