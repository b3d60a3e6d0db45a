using System.ComponentModel;
using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>Some rows of a table, by its key.</summary>
/// <param name="After">The key after which they begin; <see langword="null"/> for the first ones.</param>
/// <param name="Size">How many of them, unless there is a last key.</param>
internal readonly record struct RowRange(IReadOnlyList<string>? After, int Size)
{
    /// <summary>Gets the key of the last one, however many there are by now.</summary>
    public IReadOnlyList<string>? UpTo { get; init; }
}

/// <summary>Narrows queries to the rows of some keys, which are text as Identity writes them.</summary>
internal static class RowKeys
{
    private static readonly MethodInfo _isAmong = typeof(RowKeys).GetMethod(nameof(IsAmong), BindingFlags.Static | BindingFlags.NonPublic)!;

    /// <summary>Returns the rows whose column has one of the keys; all rows where keys of its type cannot be made of text.</summary>
    public static IQueryable<T> Among<T>(IQueryable<T> all, IProperty key, IReadOnlyCollection<string> ids) =>
        ConverterOf(key).CanConvertFrom(typeof(string))
        ? all.Where(
            (Expression<Func<T, bool>>)_isAmong.MakeGenericMethod(typeof(T), key.ClrType).Invoke(
                null, [key.Name, ids.Select(id => KeyText.Parse(id, key.ClrType)).OfType<object>().ToList()])!)
        : all;

    /// <summary>Returns the rows of a range of keys, in the order of keys.</summary>
    /// <exception cref="NotSupportedException">The key's type has no order, or cannot be made of text.</exception>
    public static IQueryable<T> In<T>(IQueryable<T> all, IReadOnlyList<IProperty> key, RowRange range)
    {
        var row = Expression.Parameter(typeof(T), "row");
        if (range.After is { } after)
        {
            all = all.Where(Expression.Lambda<Func<T, bool>>(IsAfter(row, key, after), row));
        }

        if (range.UpTo is { } last)
        {
            all = all.Where(Expression.Lambda<Func<T, bool>>(Expression.Not(IsAfter(row, key, last)), row));
        }

        foreach (var (i, part) in key.Index())
        {
            var order = Expression.Lambda(Value(row, part), row);
            all = all.Provider.CreateQuery<T>(Expression.Call(
                typeof(Queryable),
                i == 0 ? nameof(Queryable.OrderBy) : nameof(Queryable.ThenBy),
                [typeof(T), part.ClrType],
                all.Expression,
                Expression.Quote(order)));
        }

        return range.UpTo is null ? all.Take(range.Size) : all;
    }

    /// <summary>Writes a part of a key so that <see cref="KeyText.Parse"/> reads it.</summary>
    public static string Text(IProperty key, object value) =>
        value as string ?? ConverterOf(key).ConvertToInvariantString(value) ?? string.Create(CultureInfo.InvariantCulture, $"{value}");

    // (a, b) > (x, y) as a > x or (a = x and b > y), which every database has.
    private static Expression IsAfter(ParameterExpression row, IReadOnlyList<IProperty> key, IReadOnlyList<string> bounds)
    {
        Expression? condition = null;
        for (var i = key.Count - 1; i >= 0; i--)
        {
            var (value, bound) = (Value(row, key[i]), Parameter(key[i], bounds[i]));
            var isAfter = Expression.GreaterThan(
                Expression.Call(value, value.Type.GetMethod(nameof(IComparable.CompareTo), [value.Type]) ?? throw Unordered(key[i]), bound),
                Expression.Constant(0));
            condition = condition is null
                ? isAfter
                : Expression.OrElse(isAfter, Expression.AndAlso(Expression.Equal(value, bound), condition));
        }

        return condition!;
    }

    private static TypeConverter ConverterOf(IProperty key) =>
        TypeDescriptor.GetConverter(Nullable.GetUnderlyingType(key.ClrType) ?? key.ClrType);

    private static MethodCallExpression Value(ParameterExpression row, IProperty property) =>
        Expression.Call(typeof(EF), nameof(EF.Property), [property.ClrType], row, Expression.Constant(property.Name));

    // Of a box and no constant: the database plans the query once.
    private static MemberExpression Parameter(IProperty key, string text)
    {
        var box = typeof(StrongBox<>).MakeGenericType(key.ClrType);
        return Expression.Field(
            Expression.Constant(Activator.CreateInstance(box, KeyText.Parse(text, key.ClrType) ?? throw Unordered(key))),
            box.GetField(nameof(StrongBox<>.Value))!);
    }

    private static NotSupportedException Unordered(IProperty key) =>
        new(
            $"The rows of {key.DeclaringType.DisplayName()} cannot be read page by page: its key {key.Name} is a {key.ClrType.Name}, which has no order, or is not read from text.");

    private static Expression<Func<T, bool>> IsAmong<T, TKey>(string property, List<object> keys)
    {
        var wanted = keys.ConvertAll(key => (TKey)key);
        return row => wanted.Contains(EF.Property<TKey>(row!, property));
    }
}
