using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>
/// Attaches the interceptor to every context that the application registers, before or after us, pooled or not. It does so as an
/// application does, until a context of the type has shown that an extension of its options reaches it, which costs far less.
/// </summary>
/// <typeparam name="TContext">The application's context; the open generic is registered once for all of them.</typeparam>
internal sealed class InterceptorAttachment<TContext>(SaveInterceptor interceptor) : IDbContextOptionsConfiguration<TContext>
    where TContext : DbContext
{
    private readonly WatchExtension _probe = new(new Nothing());
    private readonly WatchExtension _watch = new(interceptor);

    public void Configure(IServiceProvider serviceProvider, DbContextOptionsBuilder optionsBuilder)
    {
        ConfiguredContexts.Add();

        // Attached twice, every callback would come twice.
        if (optionsBuilder.Options.FindExtension<CoreOptionsExtension>()?.Interceptors?.Contains(interceptor) == true)
        {
            return;
        }

        var extension = _probe.IsReached ? _watch : _probe;
        ((IDbContextOptionsBuilderInfrastructure)optionsBuilder).AddOrUpdateExtension(extension);
        if (extension == _probe)
        {
            optionsBuilder.AddInterceptors(interceptor);
        }
    }

    private sealed class Nothing : IInterceptor;
}
