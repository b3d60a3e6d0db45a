using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>
/// How the application maps a value of its entity: a member, a member of a member, a shadow property, or anything computed.
/// </summary>
internal sealed class MappedMember
{
    private readonly Lazy<Func<object, object?>> _compute;

    private MappedMember(LambdaExpression expression, IReadOnlyList<string>? path)
    {
        Lambda = expression;
        Text = expression.ToString();
        Path = path;
        _compute = new Lazy<Func<object, object?>>(() => Compile(expression));
    }

    /// <summary>Gets the names from the entity to the value; <see langword="null"/> if it is computed.</summary>
    public IReadOnlyList<string>? Path { get; }

    public LambdaExpression Lambda { get; }

    /// <summary>Gets the expression, for messages.</summary>
    public string Text { get; }

    /// <exception cref="ArgumentException">The expression does not read the entity.</exception>
    public static MappedMember Of(LambdaExpression expression, string parameter)
    {
        ArgumentNullException.ThrowIfNull(expression, parameter);
        var finder = new EntityFinder(expression.Parameters[0]);
        finder.Visit(expression.Body);
        return finder.IsFound && expression.Body != expression.Parameters[0]
            ? new MappedMember(expression, PathOf(expression.Body))
            : throw new ArgumentException($"'{expression}' reads no member of {expression.Parameters[0].Type.Name}.", parameter);
    }

    /// <inheritdoc cref="Of"/>
    public static MappedMember? OfOptional(LambdaExpression? expression, string parameter) =>
        expression is null ? null : Of(expression, parameter);

    /// <summary>Returns the column of the entity itself that holds the value, or <see langword="null"/>.</summary>
    public IProperty? ColumnOf(IEntityType type) => Path switch
    {
        [var name] => type.FindProperty(name),

        // The key of another entity is in the foreign key here.
        [var navigation, var name] when type.FindNavigation(navigation) is { IsOnDependent: true, ForeignKey: { } key } =>
            key.PrincipalKey.Properties.Zip(key.Properties).FirstOrDefault(pair => pair.First.Name == name).Second,
        _ => null,
    };

    /// <summary>
    /// Returns the value that an instance has; <see langword="null"/> if it is unknown, because the instance is not loaded whole.
    /// </summary>
    public object? Compute(object entity)
    {
        try
        {
            return _compute.Value(entity);
        }
        catch (Exception)
        {
            // The application's own property, asked of an instance that may lack what it was not asked to load.
            return null;
        }
    }

    private static List<string>? PathOf(Expression expression)
    {
        var path = new List<string>();
        for (var current = expression; ; )
        {
            switch (current)
            {
                case ParameterExpression:
                    return path;
                case UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.ConvertChecked } conversion:
                    current = conversion.Operand;
                    break;
                case MemberExpression { Member.Name: "Value", Expression: { } nullable } when Nullable.GetUnderlyingType(nullable.Type) is not null:
                    current = nullable;
                    break;
                case MemberExpression { Expression: { } owner } member:
                    path.Insert(0, member.Member.Name);
                    current = owner;
                    break;
                case MethodCallExpression { Method: { Name: nameof(EF.Property) } method, Arguments: [var owner, ConstantExpression { Value: string name }] }
                    when method.DeclaringType == typeof(EF):
                    path.Insert(0, name);
                    current = owner;
                    break;
                default:
                    return null;
            }
        }
    }

    private static Func<object, object?> Compile(LambdaExpression expression)
    {
        var entity = Expression.Parameter(typeof(object));
        var body = new Replacement(
            expression.Parameters[0], Expression.Convert(entity, expression.Parameters[0].Type)).Visit(expression.Body);
        return Expression.Lambda<Func<object, object?>>(Expression.Convert(body, typeof(object)), entity).Compile();
    }

    private sealed class EntityFinder(ParameterExpression entity) : ExpressionVisitor
    {
        public bool IsFound { get; private set; }

        protected override Expression VisitParameter(ParameterExpression node)
        {
            IsFound |= node == entity;
            return node;
        }
    }

    private sealed class Replacement(ParameterExpression from, Expression to) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == from ? to : node;
    }
}
