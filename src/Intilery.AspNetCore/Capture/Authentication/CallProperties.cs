using System.Reflection;
using Microsoft.AspNetCore.Authentication;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>
/// A copy of an application's properties for one call: the application may share its own among all requests. What the framework and its
/// handlers write into the copy is handed over to the application's own after the call, as if they had got that.
/// </summary>
internal sealed class CallProperties
{
    private readonly AuthenticationProperties _applications;
    private readonly Dictionary<string, string?> _itemsBefore;
    private readonly Dictionary<string, object?> _parametersBefore;

    private CallProperties(AuthenticationProperties applications, AuthenticationProperties copy)
    {
        (_applications, Copy) = (applications, copy);
        _itemsBefore = new Dictionary<string, string?>(copy.Items);
        _parametersBefore = new Dictionary<string, object?>(copy.Parameters);
    }

    public AuthenticationProperties Copy { get; }

    /// <summary>Returns a copy of the same type; <see langword="null"/> if the type has state of its own, which nobody but the application can copy.</summary>
    public static CallProperties? Of(AuthenticationProperties properties)
    {
        object[] state = [new Dictionary<string, string?>(properties.Items), new Dictionary<string, object?>(properties.Parameters)];
        var type = properties.GetType();
        return HasStateOfItsOwn(type) || type.GetConstructor([typeof(IDictionary<string, string?>), typeof(IDictionary<string, object?>)]) is not { } constructor
            ? null
            : new CallProperties(properties, (AuthenticationProperties)constructor.Invoke(state));
    }

    /// <summary>Hands over what the call has changed in the copy, but for what is only there for the call.</summary>
    public void HandOver(string except)
    {
        HandOver(_itemsBefore, Copy.Items, _applications.Items, except);
        HandOver(_parametersBefore, Copy.Parameters, _applications.Parameters, except);
    }

    private static void HandOver<T>(Dictionary<string, T> before, IDictionary<string, T> after, IDictionary<string, T> applications, string except)
    {
        foreach (var (key, value) in after)
        {
            if (key != except && !(before.TryGetValue(key, out var old) && Equals(old, value)))
            {
                applications[key] = value;
            }
        }

        foreach (var key in before.Keys)
        {
            if (key != except && !after.ContainsKey(key))
            {
                applications.Remove(key);
            }
        }
    }

    private static bool HasStateOfItsOwn(Type? type)
    {
        for (; type != typeof(AuthenticationProperties); type = type!.BaseType)
        {
            if (type!.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Length > 0)
            {
                return true;
            }
        }

        return false;
    }
}
