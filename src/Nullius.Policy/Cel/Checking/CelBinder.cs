using Nullius.Policy.Cel.Evaluation;
using Nullius.Policy.Cel.Patterns;
using Nullius.Policy.Cel.Syntax;
using Nullius.Policy.Cel.Values;

namespace Nullius.Policy.Cel.Checking;

/// <summary>A node with its type and what evaluates it.</summary>
internal readonly record struct Bound(CelType Type, CelEvaluator Evaluator);

/// <summary>
/// One walk over the tree that resolves names, infers types, reports what does not fit and compiles. A part that does not
/// fit compiles too: unchecked evaluation fails there at run time, as the specification says.
/// </summary>
internal sealed class CelBinder(CelEnvironment environment)
{
    private readonly TypeInference _inference = new();
    private readonly List<(string Code, string Message, int Position)> _problems = [];
    private Scope? _scope;

    private sealed record Scope(string Name, int Slot, CelType Type, Scope? Outer);

    internal IReadOnlyList<(string Code, string Message, int Position)> Problems => _problems;

    /// <summary>Variables of comprehensions, each with a slot of its own.</summary>
    internal int Locals { get; private set; }

    internal Bound Bind(CelNode node) => node switch
    {
        LiteralNode literal => new Bound(TypeOf(literal.Value), new ConstantEvaluator(literal.Value)),
        IdentifierNode name => BindName(name),
        SelectNode select => BindSelect(select),
        CallNode call => BindCall(call),
        ListNode list => BindList(list),
        MapNode map => BindMap(map),
        MessageNode message => BindMessage(message),
        ComprehensionNode comprehension => BindComprehension(comprehension),
        _ => throw new InvalidOperationException($"unknown node {node.GetType().Name}"),
    };

    private static CelType TypeOf(in CelValue literal) => literal.Kind switch
    {
        CelKind.Null => CelType.Null,
        CelKind.Bool => CelType.Bool,
        CelKind.Int => CelType.Int,
        CelKind.Uint => CelType.Uint,
        CelKind.Double => CelType.Double,
        CelKind.String => CelType.String,
        CelKind.Bytes => CelType.Bytes,
        _ => throw new InvalidOperationException($"{literal.Kind} has no literal"),
    };

    private Bound Problem(string code, string message, int position)
    {
        _problems.Add((code, message, position));
        return new Bound(CelType.Error, new FailingEvaluator(code, message, position));
    }

    private Bound BindName(IdentifierNode node)
    {
        if (!node.IsAbsolute && FindLocal(node.Name) is { } local)
            return new Bound(local.Type, new LocalEvaluator(local.Slot));
        return BindDeclared((node.IsAbsolute ? "." : "") + node.Name, node.Position)
            ?? Problem("undeclared", $"undeclared reference to `{PolicyDiagnostic.Quote(node.Name)}`", node.Position);
    }

    private Scope? FindLocal(string name)
    {
        for (var scope = _scope; scope is not null; scope = scope.Outer)
        {
            if (string.Equals(scope.Name, name, StringComparison.Ordinal))
                return scope;
        }
        return null;
    }

    private Bound? BindDeclared(string name, int position)
    {
        if (environment.FindVariable(name) is { } variable)
            return new Bound(variable.Type, new VariableEvaluator(variable.Slot, position));
        foreach (var candidate in environment.Candidates(name))
        {
            if (CelTypeNames.Denotable.Contains(candidate))
                return new Bound(Denoted(candidate), new ConstantEvaluator(CelValue.OfType(candidate)));
            if (candidate == "google.protobuf.NullValue.NULL_VALUE")
                return new Bound(CelType.Int, new ConstantEvaluator(CelValue.Of(0L)));
        }
        return null;
    }

    private static CelType Denoted(string name) => name switch
    {
        "type" => CelType.TypeOf(CelType.AnyType),
        "list" => CelType.TypeOf(CelType.ListOf(CelType.Dyn)),
        "map" => CelType.TypeOf(CelType.MapOf(CelType.Dyn, CelType.Dyn)),
        "null_type" => CelType.TypeOf(CelType.Null),
        CelTypeNames.Timestamp => CelType.TypeOf(CelType.Timestamp),
        CelTypeNames.Duration => CelType.TypeOf(CelType.Duration),
        _ => CelType.TypeOf(CelTypeText.Parse(name)),
    };

    /// <summary>The dotted name, unless it begins with the variable of a comprehension, which is never part of a longer name.</summary>
    private string? QualifiedName(CelNode node)
    {
        switch (node)
        {
            case IdentifierNode name:
                return name.IsAbsolute ? "." + name.Name : FindLocal(name.Name) is null ? name.Name : null;
            case SelectNode { IsTest: false } select when QualifiedName(select.Operand) is { } prefix:
                return $"{prefix}.{select.Field}";
            default:
                return null;
        }
    }

    private Bound BindSelect(SelectNode node)
    {
        if (QualifiedName(node.Operand) is { } prefix)
        {
            var name = $"{prefix}.{node.Field}";
            if (node.IsTest && environment.FindVariable(name) is { } tested)
                return new Bound(CelType.Bool, new PresenceEvaluator(tested.Slot));
            if (!node.IsTest && BindDeclared(name, node.Position) is { } declared)
                return declared;
        }
        var operand = Bind(node.Operand);
        var type = FieldType(operand.Type.Pruned(), node);
        return new Bound(node.IsTest ? CelType.Bool : type, new SelectEvaluator(operand.Evaluator, node.Field, node.IsTest, node.Position));
    }

    private CelType FieldType(CelType operand, SelectNode node)
    {
        switch (operand.Kind)
        {
            case CelTypeKind.Map:
                return operand.Parameters[1];
            case CelTypeKind.Dyn or CelTypeKind.Error:
                return operand;
            case CelTypeKind.Variable:
                _inference.TryAssign(CelType.Dyn, operand);
                return CelType.Dyn;
            default:
                Problem("no-such-overload", $"type {operand} has no fields, asked for `{PolicyDiagnostic.Quote(node.Field)}`", node.Position);
                return CelType.Error;
        }
    }

    private Bound BindCall(CallNode node)
    {
        if (node.Target is null)
        {
            return node.Function switch
            {
                "_&&_" or "_||_" => BindLogical(node),
                "_?_:_" => BindConditional(node),
                _ => BindFunction(node, node.Function, isMember: false, node.Arguments),
            };
        }
        if (QualifiedName(node.Target) is { } prefix && environment.FindFunction($"{prefix}.{node.Function}") is not null)
            return BindFunction(node, $"{prefix}.{node.Function}", isMember: false, node.Arguments);
        return BindFunction(node, node.Function, isMember: true, [node.Target, .. node.Arguments]);
    }

    private Bound BindLogical(CallNode node)
    {
        var operands = new CelEvaluator[node.Arguments.Length];
        for (var i = 0; i < operands.Length; i++)
        {
            var operand = Bind(node.Arguments[i]);
            RequireBool(operand.Type, node.Arguments[i].Position);
            operands[i] = operand.Evaluator;
        }
        return new Bound(CelType.Bool, new LogicalEvaluator(operands, [.. node.Arguments.Select(a => a.Position)], deciding: node.Function == "_||_"));
    }

    private void RequireBool(CelType type, int position)
    {
        if (!_inference.TryAssign(CelType.Bool, type))
            Problem("no-such-overload", $"found {type}, expected bool", position);
    }

    private Bound BindConditional(CallNode node)
    {
        var condition = Bind(node.Arguments[0]);
        RequireBool(condition.Type, node.Arguments[0].Position);
        var whenTrue = Bind(node.Arguments[1]);
        var whenFalse = Bind(node.Arguments[2]);
        var result = CelType.Variable();
        if (!_inference.TryAssign([result, result], [whenTrue.Type, whenFalse.Type]))
        {
            Problem("no-such-overload", $"the branches are {whenTrue.Type} and {whenFalse.Type}, expected one type", node.Position);
            result = CelType.Error;
        }
        return new Bound(result.Pruned(), new ConditionalEvaluator(condition.Evaluator, whenTrue.Evaluator, whenFalse.Evaluator, node.Arguments[0].Position));
    }

    private Bound BindFunction(CallNode node, string name, bool isMember, CelNode[] arguments)
    {
        var bound = Array.ConvertAll(arguments, Bind);
        var evaluators = Array.ConvertAll(bound, b => b.Evaluator);
        if (environment.FindFunction(name) is not { } function)
            return Problem("undeclared", $"undeclared reference to function `{PolicyDiagnostic.Quote(name)}`", node.Position);
        if (!function.Takes(isMember, arguments.Length))
            return Problem("no-such-overload", $"`{name}` is not called with {arguments.Length} arguments{(isMember ? " as a member" : "")}", node.Position);
        var type = Resolve(function, isMember, Array.ConvertAll(bound, b => b.Type));
        if (type is null)
        {
            Problem("no-such-overload", $"no `{Spell(name)}` for ({string.Join(", ", bound.Select(b => b.Type.Settled()))})", node.Position);
            type = CelType.Error;
        }
        return new Bound(type, Precompiled(function, evaluators, node.Position) ?? function.Call(evaluators, node.Position));
    }

    private static string Spell(string function) => function.Trim('_', '@');

    /// <summary>The result of the overloads that fit; dyn where they differ; null where none does.</summary>
    private CelType? Resolve(CelFunction function, bool isMember, CelType[] arguments)
    {
        CelType? result = null;
        foreach (var overload in function.Overloads)
        {
            if (overload.IsMember != isMember || overload.Parameters.Length != arguments.Length)
                continue;
            var fresh = new Dictionary<string, CelType>(StringComparer.Ordinal);
            CelType[] parameters = [.. overload.Parameters.Select(p => TypeInference.Instantiate(p, fresh))];
            if (!_inference.TryAssign(parameters, arguments))
                continue;
            var type = TypeInference.Instantiate(overload.Result, fresh).Pruned();
            if (result is null)
                result = type;
            else if (result.Kind != CelTypeKind.Dyn && result.ToString() != type.ToString())
                result = CelType.Dyn;
        }
        return result;
    }

    /// <summary>A pattern that is a literal is compiled once, and refused at once when it is none.</summary>
    private CelEvaluator? Precompiled(CelFunction function, CelEvaluator[] arguments, int position)
    {
        if (function.Name != "matches" || arguments.Length != 2 || arguments[1] is not ConstantEvaluator { Value: { Kind: CelKind.String } literal })
            return null;
        if (TextPattern.TryParse(literal.AsString, out var pattern, out var problem))
            return new UnaryEvaluator((frame, in text) => Operations.Match(frame, text, pattern), arguments[0], position);
        return Problem("bad-pattern", problem, position).Evaluator;
    }

    private Bound BindList(ListNode node)
    {
        var items = Array.ConvertAll(node.Items, Bind);
        CelType? element = null;
        foreach (var item in items)
            element = _inference.Join(element, item.Type.Pruned());
        return new Bound(CelType.ListOf(element ?? CelType.Variable()), new ListEvaluator(Array.ConvertAll(items, i => i.Evaluator)));
    }

    private Bound BindMap(MapNode node)
    {
        CelType? key = null, value = null;
        var entries = new (CelEvaluator, CelEvaluator, int)[node.Entries.Length];
        for (var i = 0; i < entries.Length; i++)
        {
            var boundKey = Bind(node.Entries[i].Key);
            var boundValue = Bind(node.Entries[i].Value);
            key = _inference.Join(key, boundKey.Type.Pruned());
            value = _inference.Join(value, boundValue.Type.Pruned());
            entries[i] = (boundKey.Evaluator, boundValue.Evaluator, node.Entries[i].Key.Position);
        }
        return new Bound(CelType.MapOf(key ?? CelType.Variable(), value ?? CelType.Variable()), new MapEvaluator(entries));
    }

    private Bound BindMessage(MessageNode node)
    {
        var fields = Array.ConvertAll(node.Fields, f => (f.Name, Value: Bind(f.Value)));
        if (environment.Candidates(node.TypeName).Select(WellKnownMessage.Find).FirstOrDefault(m => m is not null) is not { } message)
            return Problem("not-supported", $"messages are not supported but wrappers and JSON values: `{PolicyDiagnostic.Quote(node.TypeName)}`", node.Position);
        foreach (var (name, value) in fields)
        {
            if (message.TypeOf(name) is not { } type)
                return Problem("undeclared", $"`{message.Name}` has no field `{PolicyDiagnostic.Quote(name)}`", node.Position);
            if (!_inference.TryAssign(type, value.Type))
                Problem("no-such-overload", $"the field `{name}` is {value.Type.Settled()}, expected {type}", node.Position);
        }
        return new Bound(message.Type, new MessageEvaluator(message, Array.ConvertAll(fields, f => (f.Name, f.Value.Evaluator)), node.Position));
    }

    private Bound BindComprehension(ComprehensionNode node)
    {
        var range = Bind(node.Range);
        var (first, second) = Elements(range.Type.Pruned(), node);
        var outer = _scope;
        var firstSlot = Locals++;
        _scope = new Scope(node.First, firstSlot, first, _scope);
        int? secondSlot = null;
        if (node.Second is { } name)
        {
            secondSlot = Locals++;
            _scope = new Scope(name, secondSlot.Value, second, _scope);
        }
        var condition = node.Condition is null ? (Bound?)null : Bind(node.Condition);
        var step = Bind(node.Step);
        _scope = outer;
        if (condition is { } filter)
            RequireBool(filter.Type, node.Condition!.Position);
        var type = ResultType(node, first, step.Type);
        return new Bound(type, new ComprehensionEvaluator(node.Kind, range.Evaluator, firstSlot, secondSlot, condition?.Evaluator, step.Evaluator, node.Position));
    }

    private (CelType First, CelType Second) Elements(CelType range, ComprehensionNode node)
    {
        switch (range.Kind)
        {
            case CelTypeKind.List:
                return node.Second is null ? (range.Parameters[0], CelType.Error) : (CelType.Int, range.Parameters[0]);
            case CelTypeKind.Map:
                return (range.Parameters[0], range.Parameters[1]);
            case CelTypeKind.Dyn or CelTypeKind.Error:
                return (range, range);
            case CelTypeKind.Variable:
                _inference.TryAssign(CelType.Dyn, range);
                return (CelType.Dyn, CelType.Dyn);
            default:
                Problem("no-such-overload", $"type {range} is not a list or map", node.Position);
                return (CelType.Error, CelType.Error);
        }
    }

    private CelType ResultType(ComprehensionNode node, CelType first, CelType step)
    {
        switch (node.Kind)
        {
            case ComprehensionKind.All or ComprehensionKind.Exists or ComprehensionKind.ExistsOne:
                RequireBool(step, node.Step.Position);
                return CelType.Bool;
            case ComprehensionKind.Filter:
                RequireBool(step, node.Step.Position);
                return CelType.ListOf(first);
            case ComprehensionKind.TransformMap:
                return CelType.MapOf(first, step);
            default:
                return CelType.ListOf(step);
        }
    }
}
