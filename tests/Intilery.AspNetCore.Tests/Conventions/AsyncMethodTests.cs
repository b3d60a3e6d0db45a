using System.Reflection;
using System.Runtime.CompilerServices;

namespace Intilery.AspNetCore.Tests.Conventions;

public sealed class AsyncMethodTests
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Fact]
    public void Asynchronous_methods_end_in_Async() => Assert.Empty(
        Asynchronous().Where(method => !method.Name.EndsWith("Async", StringComparison.Ordinal)).Select(Describe));

    [Fact]
    public void Public_asynchronous_methods_and_those_of_interfaces_take_a_token_last() => Assert.Empty(
        from method in Asynchronous()
        where method.DeclaringType!.IsInterface || (method.DeclaringType.IsVisible && method.IsPublic)
        where method.GetParameters().LastOrDefault()?.ParameterType != typeof(CancellationToken)
        select Describe(method));

    private static IEnumerable<MethodInfo> Asynchronous() =>
        from type in Product.Types
        from method in type.GetMethods(Declared)
        where IsTask(method.ReturnType) && !method.IsSpecialName && !IsGenerated(method) && !typeof(Delegate).IsAssignableFrom(type)
        where !IsFrameworks(type, method)
        select method;

    private static string Describe(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";

    private static bool IsTask(Type type) =>
        typeof(Task).IsAssignableFrom(type)
        || type == typeof(ValueTask)
        || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>));

    private static bool IsGenerated(MethodInfo method) =>
        method.IsDefined(typeof(CompilerGeneratedAttribute), false) || method.Name.Contains('<', StringComparison.Ordinal);

    // The framework has chosen name and parameters.
    private static bool IsFrameworks(Type type, MethodInfo method)
    {
        if (method.GetBaseDefinition().DeclaringType!.Assembly != Product.Assembly)
        {
            return true;
        }

        return !type.IsInterface && type.GetInterfaces()
            .Where(contract => contract.Assembly != Product.Assembly)
            .Any(contract => type.GetInterfaceMap(contract).TargetMethods.Contains(method));
    }
}
