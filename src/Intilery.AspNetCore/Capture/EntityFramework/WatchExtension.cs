using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>
/// Brings an interceptor into a context's own services, which find it by the options that they are for: interceptors that come so run
/// before those that the application adds. Added as the application adds one, it would have EF Core copy all its core options
/// whenever options are made, in every request that has a context: a microsecond, and 2.9 KB.
/// </summary>
internal sealed class WatchExtension(IInterceptor interceptor) : IDbContextOptionsExtension
{
    private volatile bool _isReached;

    /// <summary>
    /// Gets a value indicating whether a context's services have asked for the interceptor: those that an application makes itself never
    /// do.
    /// </summary>
    public bool IsReached => _isReached;

    public DbContextOptionsExtensionInfo Info => field ??= new WatchInfo(this);

    /// <summary>Returns the interceptor that watches a context, or <see langword="null"/> if none does.</summary>
    public static SaveInterceptor? InterceptorOf(IDbContextOptions options) =>
        options.FindExtension<WatchExtension>()?.Interceptor as SaveInterceptor
        ?? options.FindExtension<CoreOptionsExtension>()?.Interceptors?.OfType<SaveInterceptor>().FirstOrDefault();

    public void ApplyServices(IServiceCollection services) =>
        services.AddScoped(context => context.GetRequiredService<IDbContextOptions>().FindExtension<WatchExtension>()!.Reach());

    public void Validate(IDbContextOptions options)
    {
        // Nothing of it can be wrong.
    }

    private IInterceptor Interceptor => interceptor;

    private IInterceptor Reach()
    {
        _isReached = true;
        return interceptor;
    }

    // The services are the same whatever the interceptor is, so that all contexts, and the hosts of one process, share them.
    private sealed class WatchInfo(IDbContextOptionsExtension extension) : DbContextOptionsExtensionInfo(extension)
    {
        public override bool IsDatabaseProvider => false;

        public override string LogFragment => string.Empty;

        public override int GetServiceProviderHashCode() => 0;

        public override bool ShouldUseSameServiceProvider(DbContextOptionsExtensionInfo other) => other is WatchInfo;

        public override void PopulateDebugInfo(IDictionary<string, string> debugInfo) => debugInfo["Intilery:Watch"] = "1";
    }
}
