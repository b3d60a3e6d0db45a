using Microsoft.EntityFrameworkCore.Storage;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

/// <summary>A strategy that tries again what failed by the test's own fault.</summary>
internal sealed class RetryOnTestFault(ExecutionStrategyDependencies dependencies) : ExecutionStrategy(dependencies, 3, TimeSpan.Zero)
{
    protected override bool ShouldRetryOn(Exception exception) => exception is TestFaultException;
}
