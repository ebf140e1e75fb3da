using Nullius.Policy.Cel.Values;

namespace Nullius.Policy.Cel.Syntax;

/// <summary>Recursive descent over the specification's grammar; text, depth and number of nodes are bounded.</summary>
internal sealed class CelParser
{
    private static readonly HashSet<string> s_reserved = new(StringComparer.Ordinal)
    {
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while",
    };

    private readonly CelLexer _lexer;
    private CelToken _token;
    private int _depth;
    private int _nodes;

    private CelParser(string text)
    {
        _lexer = new CelLexer(text);
        _token = _lexer.Next();
    }

    /// <exception cref="CelSyntaxException">The text is no expression, or too large.</exception>
    internal static CelNode Parse(string text)
    {
        if (text.Length > CelLimits.MaxLength)
            throw new CelSyntaxException("too-large", $"the expression has {text.Length} characters, expected at most {CelLimits.MaxLength}", 0);
        var parser = new CelParser(text);
        var node = parser.Expression();
        if (parser._token.Kind != CelTokenKind.End)
            throw parser.Unexpected("the end of the expression or an operator");
        return node;
    }

    private CelNode Expression()
    {
        Enter();
        var condition = Logical("||");
        if (_token.Is("?"))
        {
            var position = Advance().Position;
            var whenTrue = Logical("||");
            Expect(":");
            var whenFalse = Expression();
            condition = Call(position, "_?_:_", null, condition, whenTrue, whenFalse);
        }
        _depth--;
        return condition;
    }

    private void Enter()
    {
        if (++_depth > CelLimits.MaxDepth)
            throw TooDeep(_token.Position);
    }

    /// <summary>A chain of one operator is one node: both are associative.</summary>
    private CelNode Logical(string op)
    {
        var first = op == "||" ? Logical("&&") : Relation();
        if (!_token.Is(op))
            return first;
        var position = _token.Position;
        List<CelNode> operands = [first];
        while (_token.Is(op))
        {
            Advance();
            operands.Add(op == "||" ? Logical("&&") : Relation());
        }
        return Call(position, op == "||" ? "_||_" : "_&&_", null, [.. operands]);
    }

    private CelNode Relation()
    {
        var left = Sum();
        while (_token.Kind == CelTokenKind.Operator && _token.Text is "<" or "<=" or ">" or ">=" or "==" or "!=" or "in" && _token.Kind == CelTokenKind.Operator)
        {
            var op = Advance();
            left = Call(op.Position, op.Text == "in" ? "@in" : $"_{op.Text}_", null, left, Sum());
        }
        return left;
    }

    private CelNode Sum()
    {
        var left = Product();
        while (_token.Is("+") || _token.Is("-"))
        {
            var op = Advance();
            left = Call(op.Position, $"_{op.Text}_", null, left, Product());
        }
        return left;
    }

    private CelNode Product()
    {
        var left = Unary();
        while (_token.Is("*") || _token.Is("/") || _token.Is("%"))
        {
            var op = Advance();
            left = Call(op.Position, $"_{op.Text}_", null, left, Unary());
        }
        return left;
    }

    private CelNode Unary()
    {
        if (!_token.Is("!") && !_token.Is("-"))
            return Member(Primary());
        var op = Advance();
        if (op.Text == "-" && _token.Kind == CelTokenKind.Literal && Negate(_token) is { } negative)
        {
            Advance();
            return Member(Count(new LiteralNode(op.Position, negative)));
        }
        Enter();
        var operand = Unary();
        _depth--;
        return Call(op.Position, op.Text == "!" ? "!_" : "-_", null, operand);
    }

    private static CelValue? Negate(in CelToken token) => token.Value.Kind switch
    {
        CelKind.Int => CelValue.Of(-token.Value.AsInt),
        CelKind.Double => CelValue.Of(-token.Value.AsDouble),
        CelKind.Uint when token.Text == "2^63" => CelValue.Of(long.MinValue),
        _ => null,
    };

    private CelNode Member(CelNode operand)
    {
        while (true)
        {
            if (_token.Is("."))
            {
                var position = Advance().Position;
                RefuseOptional();
                operand = Field(position, operand);
            }
            else if (_token.Is("["))
            {
                var position = Advance().Position;
                RefuseOptional();
                var index = Expression();
                Expect("]");
                operand = Call(position, "_[_]", null, operand, index);
            }
            else if (_token.Is("{") && TypeNameOf(operand) is { } name)
            {
                operand = Message(operand.Position, name);
            }
            else
            {
                return operand;
            }
        }
    }

    private void RefuseOptional()
    {
        if (_token.Is("?"))
            throw new CelSyntaxException("not-supported", "optional field selection (`.?`, `[?`) is an extension that is not supported", _token.Position);
    }

    private CelNode Field(int position, CelNode operand)
    {
        if (_token.Kind is not (CelTokenKind.Identifier or CelTokenKind.QuotedIdentifier))
            throw Unexpected("a field or function name");
        var name = Advance();
        if (name.Kind == CelTokenKind.QuotedIdentifier || !_token.Is("("))
            return Count(new SelectNode(position, Deeper(operand), operand, name.Text, IsTest: false));
        var arguments = Arguments();
        return CelMacros.Expand(name, operand, arguments) is { } macro ? Count(macro) : Call(name.Position, name.Text, operand, arguments);
    }

    private CelNode[] Arguments()
    {
        Expect("(");
        var arguments = new List<CelNode>();
        while (!_token.Is(")"))
        {
            if (arguments.Count > 0)
                Expect(",");
            arguments.Add(Expression());
        }
        Advance();
        return [.. arguments];
    }

    private CelNode Primary()
    {
        if (_token.Kind == CelTokenKind.Literal)
        {
            if (_token.Text == "2^63")
                throw new CelSyntaxException("range", "the number is out of range, expected 64 bits", _token.Position);
            var literal = Advance();
            return Count(new LiteralNode(literal.Position, literal.Value));
        }
        if (_token.Is("("))
        {
            Advance();
            var inner = Expression();
            Expect(")");
            return inner;
        }
        if (_token.Is("["))
            return List();
        if (_token.Is("{"))
            return Map();
        return Name();
    }

    private CelNode Name()
    {
        var isAbsolute = _token.Is(".");
        var position = _token.Position;
        if (isAbsolute)
            Advance();
        if (_token.Kind != CelTokenKind.Identifier)
            throw Unexpected("a value");
        var name = Advance();
        if (s_reserved.Contains(name.Text))
            throw new CelSyntaxException("syntax", $"`{name.Text}` is a reserved word", name.Position);
        if (!_token.Is("("))
            return Count(new IdentifierNode(position, name.Text, isAbsolute));
        var arguments = Arguments();
        if (!isAbsolute && CelMacros.Expand(name, null, arguments) is { } macro)
            return Count(macro);
        return Call(position, isAbsolute ? "." + name.Text : name.Text, null, arguments);
    }

    private CelNode List()
    {
        var position = Advance().Position;
        var items = new List<CelNode>();
        while (!_token.Is("]"))
        {
            RefuseOptional();
            items.Add(Expression());
            if (!_token.Is("]"))
                Expect(",");
        }
        Advance();
        return Count(new ListNode(position, Deepest(items), [.. items]));
    }

    private CelNode Map()
    {
        var position = Advance().Position;
        var entries = new List<(CelNode, CelNode)>();
        var depth = 1;
        while (!_token.Is("}"))
        {
            RefuseOptional();
            var key = Expression();
            Expect(":");
            var value = Expression();
            entries.Add((key, value));
            depth = Math.Max(depth, Math.Max(Deeper(key), Deeper(value)));
            if (!_token.Is("}"))
                Expect(",");
        }
        Advance();
        return Count(new MapNode(position, depth, [.. entries]));
    }

    private CelNode Message(int position, string typeName)
    {
        Advance();
        var fields = new List<(string, CelNode)>();
        while (!_token.Is("}"))
        {
            RefuseOptional();
            if (_token.Kind is not (CelTokenKind.Identifier or CelTokenKind.QuotedIdentifier))
                throw Unexpected("a field name");
            var name = Advance().Text;
            Expect(":");
            fields.Add((name, Expression()));
            if (!_token.Is("}"))
                Expect(",");
        }
        Advance();
        return Count(new MessageNode(position, Deepest(fields.Select(f => f.Item2)), typeName, [.. fields]));
    }

    /// <summary>The dotted name that the node spells, or null when it is no plain name.</summary>
    private static string? TypeNameOf(CelNode node) => node switch
    {
        IdentifierNode name => name.IsAbsolute ? "." + name.Name : name.Name,
        SelectNode { IsTest: false } select when TypeNameOf(select.Operand) is { } prefix => $"{prefix}.{select.Field}",
        _ => null,
    };

    private CelNode Call(int position, string function, CelNode? target, params CelNode[] arguments)
    {
        var depth = Deepest(arguments);
        if (target is not null)
            depth = Math.Max(depth, Deeper(target));
        return Count(new CallNode(position, depth, function, target, arguments));
    }

    private static int Deeper(CelNode child) => child.Depth + 1;

    private static int Deepest(IEnumerable<CelNode> children)
    {
        var depth = 0;
        foreach (var child in children)
            depth = Math.Max(depth, child.Depth);
        return depth + 1;
    }

    private CelNode Count(CelNode node)
    {
        if (node.Depth > CelLimits.MaxDepth)
            throw TooDeep(node.Position);
        if (++_nodes > CelLimits.MaxNodes)
            throw new CelSyntaxException("too-large", $"the expression has more than {CelLimits.MaxNodes} parts", node.Position);
        return node;
    }

    private static CelSyntaxException TooDeep(int position) =>
        new("too-deep", $"the expression nests deeper than {CelLimits.MaxDepth} levels", position);

    private CelToken Advance()
    {
        var token = _token;
        _token = _lexer.Next();
        return token;
    }

    private void Expect(string text)
    {
        if (!_token.Is(text))
            throw Unexpected($"`{text}`");
        Advance();
    }

    private CelSyntaxException Unexpected(string expected)
    {
        var found = _token.Kind switch
        {
            CelTokenKind.End => "the end",
            CelTokenKind.Literal => "a literal",
            _ => $"`{PolicyDiagnostic.Quote(_token.Text)}`",
        };
        return new CelSyntaxException("syntax", $"found {found}, expected {expected}", _token.Position);
    }
}
