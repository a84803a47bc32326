"""Experiment: fine-tune the taught encoder to answer decidedly."""
import argparse, copy, math, sys, time
import numpy as np, torch
from torch import nn
from give_way import give_way
from moving_average import follow
from progress import Run
from paths import CHECKPOINTS, CACHE
from sentences import descriptions, plain, article
from text_encoder import TOKENS, states_of, taught
from training_examples import load_records
import wordings
from wordings import Wordings, Wording, plain_sentence, UNLEARNT

ROWS=64; PADDING_SEEN=5; SORTED=16
wordings.SHARES.update({"described":.60,"pair":.16,"template":.10,"colour":.07,"count":.03,"same":.04})

def joined(plains):
    if len(plains)==1: return plains[0]
    left,right=plains
    l,_,style=left.partition(', '); r=right.partition(', ')[0]
    return f"{l} and {r}"+(f", {style}" if style else "")

class Decided(Wordings):
    meant={}
    def _described(self):
        name=self._random.choice(self._names)
        said=self._random.choice(self._learnt[name])
        means=self.meant[name,said]
        sentence=self._framed(said)
        sentence,style=self._styled(sentence,name)
        return Wording(sentence,(plain_sentence(plain(means),style),))

def encode(tok,model,sentences,rows=128):
    order=np.argsort([len(s) for s in sentences]); out=[None]*len(sentences)
    with torch.no_grad(), torch.autocast('cpu',torch.bfloat16):
        for i in range(0,len(order),rows):
            some=[sentences[j] for j in order[i:i+rows]]
            for j,v in zip(order[i:i+rows],states_of(tok,model,some).float().mean(1)): out[j]=v
            if i//rows%20==0: print('encode',i,len(order),flush=True)
    return torch.stack(out)

if __name__=='__main__':
    give_way()
    ap=argparse.ArgumentParser(); ap.add_argument('--minutes',type=float,default=20); ap.add_argument('--rate',type=float,default=2e-4); ap.add_argument('--names',type=float,default=.3); ap.add_argument('--limit',type=int,default=20)
    o=ap.parse_args()
    tok,teacher=taught(); teacher.eval()
    model=copy.deepcopy(teacher).eval(); average=copy.deepcopy(model)
    teacher_bf=teacher
    names=sorted(descriptions())
    with torch.no_grad():
        T=torch.cat([states_of(tok,teacher,[plain_sentence(plain(n)) for n in names[i:i+64]]) for i in range(0,len(names),64)])
    centre=T.mean(0); variance=(T-centre).square().mean(); print('variance',variance)
    Tp=nn.functional.normalize((T-centre).mean(1),dim=-1); Tn=(T-centre).mean(1).norm(dim=-1).mean()
    pc=centre.mean(0)
    score=lambda pooled: nn.functional.normalize(pooled-pc,dim=-1)@Tp.T
    allsaid=[(n,s) for n in names for s in descriptions()[n]]
    cache=CACHE/'pooled.pt'
    if cache.exists(): pooled=torch.load(cache)
    else:
        pooled=encode(tok,teacher,[s for _,s in allsaid]); torch.save(pooled,cache)
    sc=score(pooled); row={n:i for i,n in enumerate(names)}
    true=torch.tensor([row[n] for n,_ in allsaid])
    rank=(sc>sc.gather(1,true[:,None])).sum(1)
    top=sc.argmax(1)
    print('teacher on all: first',(rank<1).float().mean(),'5',(rank<5).float().mean(),'20',(rank<20).float().mean())
    for (n,s),r,t in zip(allsaid,rank.tolist(),top.tolist()):
        Decided.meant[n,s]= n if r<o.limit else names[t]
    # checks
    kept=[(n,descriptions()[n][UNLEARNT]) for n in names]
    keptrank=torch.tensor([rank[i] for i,(n,s) in enumerate(allsaid) if s==descriptions()[n][UNLEARNT]][:0])
    ki=[i for i,(n,s) in enumerate(allsaid) if s==descriptions()[n][UNLEARNT]]
    easy=[i for i in ki if rank[i]<5]
    def check(m):
        s=encode_q(m,[allsaid[i][1] for i in easy]); q=score(s); t=torch.tensor([row[allsaid[i][0]] for i in easy])
        r=(q>q.gather(1,t[:,None])).sum(1)
        w=(q*30).softmax(1).max(1).values
        print(f'kept back, {len(easy)} easy: first {(r<1).float().mean():.3f} five {(r<5).float().mean():.3f} norm {((s-pc).norm(dim=-1).mean()/Tn):.3f} top cosine {q.max(1).values.mean():.3f} top weight {w.mean():.3f}',flush=True)
    def encode_q(m,ss):
        with torch.no_grad(), torch.autocast('cpu',torch.bfloat16):
            return torch.cat([states_of(tok,m,ss[i:i+64]).float().mean(1) for i in range(0,len(ss),64)])
    check(teacher)
    targets={}
    def target(sentences):
        miss=[s for s in dict.fromkeys(sentences) if s not in targets]
        if miss:
            with torch.no_grad(), torch.autocast('cpu',torch.bfloat16):
                for s,v in zip(miss,states_of(tok,teacher,miss).half()): targets[s]=v
        return torch.stack([targets[s] for s in sentences]).float()
    words=Decided(load_records())
    opt=torch.optim.AdamW(model.parameters(),lr=o.rate,weight_decay=.01,betas=(.9,.98))
    run=Run(CHECKPOINTS/'text_encoder_decided.pt',o.minutes)
    plain_row={plain_sentence(plain(n)):i for i,n in enumerate(names)}
    def batches():
        while True:
            some=words.draw(ROWS*SORTED)
            l=tok([w.sentence for w in some],return_length=True)['length']
            ordered=[some[r] for r in np.argsort(l,kind='stable')]
            for st in np.random.permutation(SORTED)*ROWS: yield ordered[st:st+ROWS]
    b=batches(); parts=dict(model=model,average=average)
    for step in run.steps(**parts):
        for g in opt.param_groups: g['lr']=o.rate*min(1,(step+1)/50)*(.02+.98*(1+math.cos(math.pi*run.fraction))/2)
        ws=next(b)
        wanted=target([joined(w.plain) for w in ws])
        inp=tok([w.sentence for w in ws],padding='max_length',max_length=TOKENS,truncation=True,return_tensors='pt')
        longest=int(inp.attention_mask.sum(1).max())
        rest=torch.randperm(TOKENS-longest)[:PADDING_SEEN]+longest
        seen=torch.cat([torch.arange(longest),rest])
        with torch.autocast('cpu',torch.bfloat16):
            st=model(inp.input_ids[:,seen],attention_mask=inp.attention_mask[:,seen],position_ids=seen[None])[0]
        w=torch.ones(len(seen)); w[longest:]=(TOKENS-longest)/max(1,len(rest)); w=w[:,None]/TOKENS
        err=(((st.float()-wanted[:,seen]).square().mean(-1,keepdim=True)*w).sum(1)).mean()/variance
        pl=(st.float()*w).sum(1)
        tgt=torch.tensor([plain_row.get(x.plain[0],-1) if len(x.plain)==1 else -1 for x in ws])
        nl=nn.functional.cross_entropy(25*score(pl),tgt,ignore_index=-1,reduction='sum')/max(1,int((tgt>=0).sum()))
        opt.zero_grad(set_to_none=True); (err+o.names*nl).backward()
        nn.utils.clip_grad_norm_(model.parameters(),1.0); opt.step()
        follow(average,model,keep=min(.998,(step+1)/(step+10)))
        run.report(error=err.item(),names=nl.item())
        if step%250==249: check(average)
    check(average)
