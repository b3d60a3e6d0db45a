using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>The mapped soft-delete flag of an entity: a column, and whether it is set in a deleted row.</summary>
internal sealed class MappedFlag
{
    private readonly bool _isDeletedWhenSet;

    private MappedFlag(MappedMember member, bool isDeletedWhenSet)
    {
        Member = member;
        _isDeletedWhenSet = isDeletedWhenSet;
    }

    public MappedMember Member { get; }

    /// <exception cref="ArgumentException">The expression is none of the forms that can be read from a row.</exception>
    public static MappedFlag? OfOptional(LambdaExpression? isDeleted, string parameter)
    {
        if (isDeleted is null)
        {
            return null;
        }

        var (member, whenSet) = isDeleted.Body switch
        {
            UnaryExpression { NodeType: ExpressionType.Not, Operand: var operand } => (operand, false),
            BinaryExpression { NodeType: ExpressionType.NotEqual, Left: var left, Right: ConstantExpression { Value: null } } =>
                (left, true),
            BinaryExpression { NodeType: ExpressionType.Equal, Left: var left, Right: ConstantExpression { Value: null } } => (left, false),
            MemberExpression { Member.Name: "HasValue", Expression: { } nullable } when Nullable.GetUnderlyingType(nullable.Type) is not null =>
                (nullable, true),
            var body => (body, true),
        };
        var mapped = MappedMember.Of(Expression.Lambda(member, isDeleted.Parameters), parameter);
        return mapped.Path is { Count: 1 }
            ? new MappedFlag(mapped, whenSet)
            : throw new ArgumentException(
                $"'{isDeleted}' cannot be read from a row. Write 'x => x.IsDeleted', 'x => !x.IsActive', 'x => x.DeletedAt != null' or 'x => x.ActiveFrom == null'.",
                parameter);
    }

    /// <summary>Whether a row with this value of the column was deleted.</summary>
    public bool IsDeleted(object? value) => (value is not (null or false)) == _isDeletedWhenSet;

    public IProperty? ColumnOf(IEntityType type) => Member.ColumnOf(type);
}
