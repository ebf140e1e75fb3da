namespace Nullius.Policy.Cel.Checking;

/// <summary>Whether one type may stand for another, inferring what type variables are; a trial that fails leaves no trace.</summary>
internal sealed class TypeInference
{
    private readonly List<(CelType Variable, CelType? Before)> _trail = [];

    /// <summary>All or nothing.</summary>
    internal bool TryAssign(ReadOnlySpan<CelType> expected, ReadOnlySpan<CelType> actual)
    {
        var mark = _trail.Count;
        for (var i = 0; i < expected.Length; i++)
        {
            if (IsAssignable(expected[i], actual[i]))
                continue;
            Undo(mark);
            return false;
        }
        return true;
    }

    internal bool TryAssign(CelType expected, CelType actual) => TryAssign([expected], [actual]);

    /// <summary>The type of members that were joined: the more general one, or dyn where they differ.</summary>
    internal CelType Join(CelType? previous, CelType current)
    {
        if (previous is null)
            return current;
        return TryAssign(previous, current) ? MostGeneral(previous, current) : CelType.Dyn;
    }

    /// <summary>A declaration's parameters replaced by fresh variables, the same name by the same variable.</summary>
    internal static CelType Instantiate(CelType type, Dictionary<string, CelType> fresh)
    {
        if (!type.HasParameters)
            return type;
        if (type.Kind != CelTypeKind.Parameter)
            return type.With([.. type.Parameters.Select(p => Instantiate(p, fresh))]);
        if (!fresh.TryGetValue(type.Name, out var variable))
            fresh[type.Name] = variable = CelType.Variable();
        return variable;
    }

    private void Undo(int mark)
    {
        for (var i = _trail.Count - 1; i >= mark; i--)
            _trail[i].Variable.Binding = _trail[i].Before;
        _trail.RemoveRange(mark, _trail.Count - mark);
    }

    private void Bind(CelType variable, CelType type)
    {
        _trail.Add((variable, variable.Binding));
        variable.Binding = type;
    }

    private bool IsAssignable(CelType left, CelType right)
    {
        if (right.Kind == CelTypeKind.Variable)
        {
            var hadBinding = right.Binding is not null;
            if (IsSubstitution(left, right))
                return true;
            if (hadBinding)
                return false;
        }
        if (left.Kind == CelTypeKind.Variable)
            return IsSubstitution(right, left);
        if (IsWild(left) || IsWild(right))
            return true;
        if (left.IsWrapper != right.IsWrapper && left.Kind != CelTypeKind.Null && right.Kind != CelTypeKind.Null)
            return IsAssignable(left.IsWrapper ? left.Parameters[0] : left, right.IsWrapper ? right.Parameters[0] : right);
        if (left.Kind != right.Kind)
            return (left.Kind == CelTypeKind.Null && IsNullable(right)) || (right.Kind == CelTypeKind.Null && IsNullable(left));
        if (left.Kind == CelTypeKind.Type)
            return true;
        if (left.Parameters.Length != right.Parameters.Length || !string.Equals(left.Name, right.Name, StringComparison.Ordinal))
            return false;
        for (var i = 0; i < left.Parameters.Length; i++)
        {
            if (!IsAssignable(left.Parameters[i], right.Parameters[i]))
                return false;
        }
        return true;
    }

    private static bool IsWild(CelType type) => type.Kind is CelTypeKind.Dyn or CelTypeKind.Error;

    private static bool IsNullable(CelType type) => type.Kind is CelTypeKind.Opaque or CelTypeKind.Timestamp or CelTypeKind.Duration;

    /// <summary>Whether <paramref name="type"/> may be what <paramref name="variable"/> stands for.</summary>
    private bool IsSubstitution(CelType type, CelType variable)
    {
        if (ReferenceEquals(type, variable))
            return true;
        if (variable.Binding is { } bound)
        {
            if (ReferenceEquals(type, bound))
                return true;
            if (!IsAssignable(type, bound))
                return false;
            var general = MostGeneral(type, bound);
            if (!Mentions(general, variable))
                Bind(variable, general);
            return true;
        }
        if (Mentions(type, variable))
            return false;
        Bind(variable, type);
        return true;
    }

    private static bool Mentions(CelType type, CelType variable)
    {
        if (ReferenceEquals(type, variable))
            return true;
        if (type.Kind == CelTypeKind.Variable)
            return type.Binding is { } bound && Mentions(bound, variable);
        return Array.Exists(type.Parameters, p => Mentions(p, variable));
    }

    private static CelType MostGeneral(CelType left, CelType right) => IsEqualOrLessSpecific(left, right) ? left : right;

    private static bool IsEqualOrLessSpecific(CelType left, CelType right)
    {
        left = left.Pruned();
        right = right.Pruned();
        if (IsWild(left) || left.Kind == CelTypeKind.Variable)
            return true;
        if (IsWild(right) || right.Kind == CelTypeKind.Variable)
            return false;
        if (left.Kind == CelTypeKind.Null)
            return right.Kind == CelTypeKind.Null;
        if (left.IsWrapper && !right.IsWrapper)
            return IsEqualOrLessSpecific(left.Parameters[0], right);
        if (left.Kind != right.Kind || left.Parameters.Length != right.Parameters.Length)
            return left.Kind == right.Kind;
        for (var i = 0; i < left.Parameters.Length; i++)
        {
            if (!IsEqualOrLessSpecific(left.Parameters[i], right.Parameters[i]))
                return false;
        }
        return true;
    }
}
