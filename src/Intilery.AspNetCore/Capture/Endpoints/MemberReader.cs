using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using Microsoft.AspNetCore.Routing;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>Reads public members, by code that is compiled once.</summary>
internal static class MemberReader
{
    /// <summary>Returns what reads a member of an object that has it.</summary>
    public static Func<object, object?> Of(MemberInfo member)
    {
        var target = Expression.Parameter(typeof(object));
        var read = Expression.MakeMemberAccess(Expression.Convert(target, member.DeclaringType!), member);
        return Expression.Lambda<Func<object, object?>>(Expression.Convert(read, typeof(object)), target).Compile();
    }

    /// <summary>Returns what reads a member, and nothing of an object of another type than was declared.</summary>
    public static Func<object, object?> Guarded(Type type, MemberInfo member)
    {
        var read = Of(member);
        return target => type.IsInstanceOfType(target) ? read(target) : null;
    }

    /// <summary>Returns the public properties and fields that can be read.</summary>
    public static IEnumerable<MemberInfo> MembersOf(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return new[] { plain }.Concat(plain.IsInterface ? plain.GetInterfaces() : [])
            .SelectMany(each => each.GetMembers(BindingFlags.Public | BindingFlags.Instance))
            .Where(member => member is FieldInfo
                || (member is PropertyInfo { GetMethod.IsPublic: true } property && property.GetIndexParameters().Length == 0))
            .Where(member => TypeOf(member) is { IsByRef: false, IsByRefLike: false, IsPointer: false });
    }

    /// <summary>Returns the member of a name: the one that has it exactly, else the one that has it but for its case.</summary>
    public static MemberInfo? Find(Type type, string name)
    {
        // Of one that a derived type declares anew, the derived type's.
        var named = MembersOf(type).Where(member => string.Equals(member.Name, name, StringComparison.OrdinalIgnoreCase)).ToList();
        return named.Find(member => member.Name == name) ?? named.FirstOrDefault();
    }

    public static Type TypeOf(MemberInfo member) => member is PropertyInfo property ? property.PropertyType : ((FieldInfo)member).FieldType;

    /// <summary>Lists a type's members, for messages.</summary>
    public static string ListOf(Type type) =>
        string.Join(", ", MembersOf(type).Select(member => member.Name).Distinct()) is { Length: > 0 } list ? list : "nothing";
}

/// <summary>
/// Reads a member by its name from objects whose type is only known at run time; from route values, the value of that name.
/// </summary>
internal sealed class RuntimeMemberReader(string name)
{
    private readonly ConcurrentDictionary<Type, Func<object, object?>?> _readers = new();

    public object? Read(object target)
    {
        if (target is RouteValueDictionary values)
        {
            return values[name];
        }

        return _readers.GetOrAdd(
            target.GetType(), type => MemberReader.Find(type, name) is { } member ? MemberReader.Of(member) : null)?.Invoke(target);
    }
}
