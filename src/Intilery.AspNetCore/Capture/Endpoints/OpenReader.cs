using System.Collections.Concurrent;
using Microsoft.AspNetCore.Routing;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>Reads a member by its name from objects whose type only they tell; from route values, the value of that name.</summary>
internal sealed class OpenReader(string name)
{
    private readonly ConcurrentDictionary<Type, Func<object, object?>?> _readers = new();

    public object? Read(object target)
    {
        if (target is RouteValueDictionary values)
        {
            return values[name];
        }

        return _readers.GetOrAdd(target.GetType(), type => MemberReader.Find(type, name) is { } member ? MemberReader.Of(member) : null)?.Invoke(target);
    }
}
