using System.Reflection;
using System.Runtime.CompilerServices;

namespace Intilery.AspNetCore.Tests.Conventions;

public sealed class AsyncMethodTests
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    // Observing a request or a transaction of the host's: it must not end with it, because what happened, happened.
    private static readonly string[] _observing =
    [
        "AmbientScopes.EndAsync",
        "CaptureScopes.SettleAloneAsync",
        "ChangeNotes.WriteAsync",
        "ChangeWatch.CommittingAsync",
        "ChangeWatch.GuardAsync",
        "ChangeWatch.SavedAsync",
        "ChangeWatch.SavingAsync",
        "EndpointRecorder.HoldAsync",
        "EndpointRecorder.RecordAsync",
        "HeldEvents.ReleaseAsync",
        "HttpCaptureScope.SettleAsync",
        "ISaveJournal.WriteAsync",
        "ITransactionalOutbox.AppendAsync",
        "AnonymousIdCarrier.ChallengeAsync",
        "AnonymousIdCarrier.SignInAsync",
        "LifecycleAuthenticationService.AwaitAsync",
        "LifecycleAuthenticationService.SignInObservedAsync",
        "LifecycleAuthenticationService.SignOutObservedAsync",
        "LifecycleCircuitHandler.RunInScopeAsync",
        "LifecycleHubFilter.InvokeInScopeAsync",
        "LifecycleHubFilter.RunInScopeAsync",
        "MembershipLookup.LookUpAsync",
        "RouteHandlerEvents.ObserveAsync",
        "SaveJournal.WriteAsync",
        "ScopeSettler.SettleLaterAsync",
        "SessionCapture.BeginSignInAsync",
        "SessionCapture.BeginSignOutAsync",
        "SessionReader.TicketAsync",
        "TicketReader.ReadAsync",
        "TransactionalOutbox.AppendAsync",
    ];

    // Around the framework's scheme provider, which takes none and answers at once.
    private static readonly string[] _schemes =
    [
        "AnonymousIdCarrier.CarryAsync",
        "AnonymousIdCarrier.LeadsAwayAsync",
        "AuthenticationPath.IsBypassedAsync",
        "SessionReader.IsAmongAsync",
        "SessionReader.IsSameAsync",
        "SessionReader.IsStepAsync",
        "SessionReader.SignInSchemeAsync",
        "SessionReader.SignOutSchemeAsync",
        "StartupReport.WriteAsync",
        "StartupReport.WriteDoubtsAsync",
        "TrackedSchemes.IsStepAsync",
        "TrackedSchemes.KindOfAsync",
        "TrackedSchemes.NamesAsync",
    ];

    // Their class owns the token that ends them.
    private static readonly string[] _owning =
    [
        "LifecyclePipeline.DeliverAsync",
        "LifecyclePipeline.DrainAsync",
        "OutboxInspection.LookQuietlyAsync",
        "LifecyclePipeline.EndOrDeadlineAsync",
        "LifecyclePipeline.PrepareAsync",
        "LifecyclePipeline.RecoverAsync",
        "LifecyclePipeline.TickAsync",
        "LifecyclePipeline.TryAsync",
        "LifecyclePipeline.WatchAsync",
        "OutboxKeeper.RunAsync",
        "OutboxKeeper.StartAsync",
        "OutboxKeeper.StopAsync",
        "OutboxWriter.CommitAsync",
        "OutboxWriter.RunAsync",
        "OutboxWriter.TakeAsync",
        "OutboxWriter.WriteAsync",
    ];

    // Noting what the API has answered: it is noted even while the host stops.
    private static readonly string[] _settled =
        ["BatchDelivery.AcceptAsync", "BatchDelivery.PutBackAsync", "BatchDelivery.RejectAsync", "BatchDelivery.RemoveAcknowledgedAsync"];

    // A statement's values come after it.
    private static readonly string[] _statements = ["OutboxSession.ExecuteAsync", "OutboxSession.ReadAsync"];

    [Fact]
    public void Asynchronous_methods_end_in_Async() => Assert.Empty(
        Asynchronous().Where(method => !method.Name.EndsWith("Async", StringComparison.Ordinal)).Select(Describe));

    [Fact]
    public void Asynchronous_methods_take_a_token_last_but_for_those_named_here()
    {
        var without = Asynchronous()
            .Where(method => method.GetParameters().LastOrDefault()?.ParameterType != typeof(CancellationToken))
            .Select(Describe)
            .Distinct()
            .ToList();
        string[] named = [.. _observing, .. _schemes, .. _owning, .. _statements, .. _settled];

        Assert.Equal(string.Empty, string.Join(", ", without.Except(named)));
        Assert.Equal(string.Empty, string.Join(", ", named.Except(without)));
    }

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
